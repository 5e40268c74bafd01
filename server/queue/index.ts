export type { ClaimedJob } from "./claim-job";
export { enqueueJob, type JobPriority, withdrawJob } from "./enqueue-job";
export {
  discardJob,
  listJobs,
  measureQueue,
  pruneJobs,
  type QueueLoad,
  retryJob,
} from "./manage-jobs";
export { type Relay, type RelayTimes, startRelay } from "./relay";
export { type Sweep, startSweeps } from "./sweeps";
export { type JobHandler, PostponedJob, startWorker, type WorkerOptions } from "./worker";
