export { deepenEvidence } from "./deepen";
export { type Bench, performMeasurement } from "./perform";
export { type MeasuringRoom, openRoom } from "./room";
export { isSampled, removeStaleWork } from "./shadow";
export { createVariants } from "./variants";
