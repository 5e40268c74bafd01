export { findRevertDifference } from "./check-revert";
export { describeSample, findViolations } from "./data-checks";
export { deepenEvidence } from "./deepen";
export { attempt } from "./errors";
export { type Bench, performMeasurement } from "./perform";
export { type MeasuringRoom, openRoom } from "./room";
export { isSampled, removeStaleWork } from "./shadow";
export { createVariants } from "./variants";
