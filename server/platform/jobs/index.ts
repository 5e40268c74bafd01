export { type ClaimedJob, claimJob, enqueueJob, finishJob, renewLease } from "./jobs";
