export { type Bus, createPostgresBus } from "./bus";
export type { ServiceContext } from "./context";
export { closeDatabase, type Database, database, openDatabase, type Transaction } from "./db";
export { type Env, env, isSet, launchEnv, setEnv } from "./env";
export { AppError, ERROR_CODES, type ErrorCode, toAppError } from "./errors";
export { newId, shortHash } from "./ids";
export { createLogger, type Logger } from "./log";
