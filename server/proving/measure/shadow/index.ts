export {
  buildBaseline,
  buildCandidate,
  buildEmpty,
  copyShadow,
  isSampled,
  type LoadedTable,
  removeStaleWork,
  tableDdl,
} from "./build";
export { exportCached, halveTables } from "./exports";
export { openSession, type Session } from "./session";
