export { type ClaimedJob, claimJob, enqueueJob, finishJob, type JobKind, renewLease } from "./jobs";
