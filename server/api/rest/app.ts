import { createRestApp } from "./create-app";
import type { Route } from "./define-route";
import { createOpenApiDocument, type OpenApiDocument, registerShapes } from "./openapi";
import { capabilitiesRoute, defineOpenApiRoute, healthRoute, jwksRoute } from "./routes/agent";
import { agentsRoute } from "./routes/agents";
import { exportAuditRoute, listAuditRoute } from "./routes/audit";
import { editSuggestionRoute, requestChangeRoute } from "./routes/changes";
import {
  cancelConversationRoute,
  getConversationRoute,
  listConversationsRoute,
  reviseConversationRoute,
  startConversationRoute,
} from "./routes/conversations";
import { approveRoute, feedbackRoute, rejectRoute } from "./routes/decisions";
import { listJobsRoute } from "./routes/jobs";
import { messageRoute, messageSchemaRoute } from "./routes/messages";
import {
  createWebhookRoute,
  listNotificationsRoute,
  listWebhooksRoute,
  removeWebhookRoute,
  retryNotificationRoute,
} from "./routes/notifications";
import {
  executeRoute,
  getOperationRoute,
  keepRoute,
  reapplyRoute,
  revertRoute,
  withdrawOperationRoute,
} from "./routes/operations";
import {
  engageStopRoute,
  getApprovalRoute,
  getPolicyRoute,
  getStopRoute,
  liftStopRoute,
  listPolicyVersionsRoute,
  reopenRoute,
  setPolicyRoute,
  simulatePolicyRoute,
} from "./routes/policy";
import { cancelProofRoute, continueProofRoute, proofLogRoute } from "./routes/proof";
import {
  discardMessageRoute,
  getMessageRoute,
  listMessagesRoute,
  refuseMessageRoute,
  releaseMessageRoute,
  replayMessageRoute,
} from "./routes/stored-messages";
import {
  analyzeRoute,
  getSuggestionRoute,
  listSuggestionsRoute,
  suggestionEventsRoute,
} from "./routes/suggestions";

const DESCRIPTION = {
  title: "Agentic Sidecar",
  description:
    "The agent beside a DuckDB data product: it proposes improvements, measures each on a " +
    "shadow copy, and executes what a person approved. Errors are problem+json (RFC 9457) " +
    "with a stable `code`.",
};

let document: OpenApiDocument | undefined;

/** The OpenAPI 3.1 document of all routes. */
export function openApiDocument(): OpenApiDocument {
  document ??= createOpenApiDocument(restApp, DESCRIPTION);
  return document;
}

/** Every route there is, in the order of the published document. */
export const ROUTES: readonly Route[] = [
  healthRoute,
  capabilitiesRoute,
  jwksRoute,
  defineOpenApiRoute(openApiDocument),
  analyzeRoute,
  requestChangeRoute,
  editSuggestionRoute,
  listSuggestionsRoute,
  getSuggestionRoute,
  suggestionEventsRoute,
  getApprovalRoute,
  approveRoute,
  rejectRoute,
  feedbackRoute,
  proofLogRoute,
  continueProofRoute,
  cancelProofRoute,
  reopenRoute,
  executeRoute,
  revertRoute,
  keepRoute,
  reapplyRoute,
  getOperationRoute,
  withdrawOperationRoute,
  getPolicyRoute,
  setPolicyRoute,
  listPolicyVersionsRoute,
  simulatePolicyRoute,
  getStopRoute,
  engageStopRoute,
  liftStopRoute,
  listNotificationsRoute,
  retryNotificationRoute,
  listWebhooksRoute,
  createWebhookRoute,
  removeWebhookRoute,
  messageRoute,
  listMessagesRoute,
  getMessageRoute,
  replayMessageRoute,
  discardMessageRoute,
  releaseMessageRoute,
  refuseMessageRoute,
  startConversationRoute,
  listConversationsRoute,
  getConversationRoute,
  reviseConversationRoute,
  cancelConversationRoute,
  messageSchemaRoute,
  agentsRoute,
  listJobsRoute,
  listAuditRoute,
  exportAuditRoute,
];

/**
 * The agent's REST interface. Whoever serves it hands over the process's services:
 * `restApp.fetch(request, services)`.
 */
export const restApp = createRestApp(ROUTES, registerShapes);
