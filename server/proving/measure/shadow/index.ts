export { buildBaseline, buildEmpty, isSampled, type LoadedTable } from "./build-baseline";
export { buildCandidate, copyShadow } from "./build-candidate";
export { exportCached } from "./export-cache";
export { halveTables } from "./halve-tables";
export { removeStaleWork } from "./remove-stale-work";
export { openSession, type Session } from "./session";
export { tableDdl } from "./table-ddl";
