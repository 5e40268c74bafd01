export {
  type BaselineOptions,
  buildBaseline,
  buildCandidate,
  buildEmpty,
  copyShadow,
  isSampled,
  type LoadedTable,
  removeStaleWork,
  TableBuildError,
  tableDdl,
} from "./build";
export { discardExport, exportCached, halveTables } from "./exports";
export { countDown, openSession, type Session, transact } from "./session";
