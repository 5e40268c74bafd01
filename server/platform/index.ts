export { insertAudited, recordAudit } from "./audit";
export { type Bus, publish } from "./bus";
export { decodeCursor, encodeCursor, olderThan } from "./cursor";
export {
  closeDatabase,
  type Database,
  isUniqueViolation,
  openDatabase,
  type Transaction,
} from "./db";
export {
  benchmarkEnv,
  env,
  environmentWith,
  FORMER_NAMES,
  type GivenSettings,
  givenSettings,
  inheritedEnvironment,
  isSet,
  launchEnv,
  listenAddress,
  prepareNextAuthEnvironment,
  publicUrl,
  SECRET_SETTINGS,
  type Settings,
  setEnv,
  validateSettings,
} from "./env";
export { AppError, toAppError } from "./errors";
export { isLoopback } from "./find-mismatches";
export {
  beatProcess,
  endProcess,
  isProcessReady,
  listProcesses,
  type Process,
  SILENCE_SECONDS_MAX,
} from "./heartbeat";
export { newId, shortHash } from "./ids";
export { insertRows } from "./insert-rows";
export { createLogger, type Logger } from "./log";
export { Lru } from "./lru";
export { keptSince, RETENTION_DAYS } from "./retention";
export {
  closeRoot,
  contextFor,
  createRoot,
  processSlot,
  type Root,
  type ServiceContext,
  shareRoot,
  systemContext,
  webRoot,
} from "./root";
export { auditTransition, lostRace } from "./transition";
export { verificationWindow } from "./verification-window";
