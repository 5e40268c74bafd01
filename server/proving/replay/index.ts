export { heldTableSql, measureInsertCost } from "./insert-cost";
export { measurePairs, type PairedSamples, type ReplayedPair } from "./measure-pairs";
export { type NotReplayed, prepareReplay, type Replay, textsUnder } from "./prepare-replay";
export { areResultsEqual, areRewrittenEqual, sumResult } from "./result-check";
export { rowsScanned } from "./rows-scanned";
export { findTableDifference } from "./table-check";
