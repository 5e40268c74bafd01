export { heldTableSql, measureInsertCost } from "./insert-cost";
export { measurePairs, type PairedSamples } from "./measure-pairs";
export { type NotReplayed, prepareReplay, type Replay } from "./prepare-replay";
export { areResultsEqual, sumResult } from "./result-check";
export { rowsScanned } from "./rows-scanned";
export { findTableDifference } from "./table-check";
