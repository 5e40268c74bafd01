export type { Held } from "./begin-operation";
export { cleanUpOperation } from "./clean-up-operation";
export { giveUpOperation } from "./give-up-operation";
export { isProductBusy } from "./is-product-busy";
export { getOperation } from "./read-operation";
export { requestExecution } from "./request-execution";
export { requestRevert } from "./request-revert";
export { noteUnknownOutcome, runOperation } from "./run-operation";
export { verifyOperation } from "./verify-operation";
