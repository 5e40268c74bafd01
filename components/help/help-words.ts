import type { Permission, SuggestionState } from "@/server/contracts";

/** What a suggestion of each state waits for, one sentence. */
export const STATE_MEANINGS: Record<SuggestionState, string> = {
  proving: "Its changes are being tested on a shadow copy. Nothing is decided yet.",
  pending: "The test run has a result. A reviewer approves or rejects it.",
  no_gain: "No tested change helped. The measurements are kept under Alternatives.",
  cancelled: "Somebody ended the test run before it had a result.",
  approved: "All approvals that the policy asks for are given. An operator can execute it.",
  rejected: "A reviewer rejected it, with a reason.",
  expired: "Nobody decided in time. It can be requested again.",
  superseded: "A newer test run, or a change of the schema, took its place.",
  executing: "Its changes are being made on the data product.",
  executed: "Its changes are made. Live latencies are compared with what was promised.",
  verified: "The live workload confirmed it.",
  failed: "The test run or the execution failed; its page says why.",
  reverted: "Its changes were rolled back: schema and data are as before.",
};

/** What somebody who holds each permission may do. */
export const PERMISSION_WORDS: Record<Permission, string> = {
  "suggestion.read": "Read suggestions and their evidence",
  "suggestion.feedback": "Rate suggestions",
  "suggestion.analyze": "Start and cancel test runs",
  "suggestion.decide": "Reject suggestions, and approve as a reviewer",
  "suggestion.approve": "Add an approval where the policy asks for this role",
  "operation.read": "Read executions and results",
  "operation.execute": "Execute what is approved",
  "operation.revert": "Roll back what was executed",
  "product.read": "Read schema and workload of the data product",
  "audit.read": "Read and export the audit log",
  "job.manage": "Retry and discard jobs that were given up",
  "message.send": "Send messages to other agents",
  "message.manage": "Decide on dead letters and quarantined messages",
  "notification.manage": "See all notifications, send them again, keep webhooks",
  "conversation.read": "Read agents and conversations",
  "conversation.start": "Start and end conversations with other data products",
  "model.read": "Read models and their evaluation",
  "model.promote": "Choose the active model",
  "product.manage": "Connect, pause and resume data products",
  "retention.manage": "Choose how long rows are kept",
  "key.manage": "Create and revoke API keys and tokens",
  "user.manage": "Invite people and change their roles",
  "policy.read": "Read the policy",
  "policy.manage": "Change the policy, and lift the emergency stop",
  "automation.stop": "Engage the emergency stop",
};
