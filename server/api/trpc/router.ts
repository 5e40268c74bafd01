import { z } from "zod";
import {
  AnalyzeRequest,
  ApproveRequest,
  AssignRequest,
  BulkRequest,
  CancelConversation,
  ChangeRequest,
  ChangeStop,
  ClaimRequest,
  CommentRequest,
  ContinueRequest,
  CountSuggestions,
  CreateWebhook,
  EditRequest,
  ExecuteRequest,
  FeedbackRequest,
  KeepRequest,
  ListAudit,
  ListConversations,
  ListJobs,
  ListMessages,
  ListNotifications,
  ListProofEvents,
  ListSuggestions,
  MarkRequest,
  NotificationPreferences,
  OperationId,
  PromoteModel,
  ReadResults,
  ReapplyRequest,
  RefuseMessage,
  RejectRequest,
  RevertRequest,
  ReviseConversation,
  SaveView,
  SetPolicy,
  SimulatePolicy,
  SnoozeRequest,
  StartConversation,
  SuggestionId,
  UndoLearned,
} from "@/server/contracts";
import {
  cancelConversation,
  getConversation,
  listConversations,
  reviseConversation,
  startConversation,
} from "@/server/conversations";
import {
  addComment,
  analyze,
  approveSuggestion,
  assignSuggestion,
  cancelProof,
  changeSuggestions,
  claimSuggestion,
  continueProof,
  countSuggestions,
  deleteView,
  editSuggestion,
  getApproval,
  getSuggestion,
  getSuggestionHead,
  getTriage,
  giveFeedback,
  listColleagues,
  listComments,
  listProofEvents,
  listSavedViews,
  listSuggestions,
  markSuggestion,
  rejectSuggestion,
  releaseSuggestion,
  reopenSuggestion,
  requestChange,
  saveView,
  snoozeSuggestion,
} from "@/server/decisions";
import {
  getOperation,
  keepExecution,
  reapplyExecution,
  requestExecution,
  requestRevert,
  withdrawOperation,
} from "@/server/execution";
import { actorKey, assertCan } from "@/server/identity";
import { getProduct, listAudit, listAuditActions, listPatterns } from "@/server/knowledge";
import { undoLearned } from "@/server/learning";
import {
  discardMessage,
  getMessage,
  listMessages,
  listRefusals,
  measureMessages,
  readPeers,
  refuseMessage,
  releaseMessage,
  replayMessage,
} from "@/server/messaging";
import { listModels, modelStatus, promoteModel, rollBackModel } from "@/server/models";
import {
  createWebhook,
  getPreferences,
  listDeliveries,
  listWebhooks,
  readChannelStatus,
  removeWebhook,
  retryDelivery,
  sendTestNotification,
  setPreferences,
} from "@/server/notify";
import { AppError, type ServiceContext } from "@/server/platform";
import {
  engageStop,
  getPolicy,
  getStop,
  liftStop,
  listPolicyVersions,
  setPolicy,
  simulatePolicy,
} from "@/server/policy";
import { listJobs } from "@/server/queue";
import { getDirectory } from "@/server/registry";
import { readResults } from "@/server/results";
import { checkHealth } from "@/server/telemetry";
import { describeSession } from "./context";
import { toTrpcError } from "./error-map";
import { procedure, router } from "./init";
import { keysRouter } from "./keys";
import { liveEvents } from "./live-events";
import { linksRouter, peopleRouter } from "./people";
import { productsRouter, retentionRouter } from "./products";

const ById = z.object({ suggestion_id: SuggestionId });

const suggestionsRouter = router({
  list: procedure.input(ListSuggestions).query(({ ctx, input }) => listSuggestions({ ctx, input })),
  counts: procedure
    .input(CountSuggestions)
    .query(({ ctx, input }) => countSuggestions({ ctx, input })),
  get: procedure.input(ById).query(({ ctx, input }) => getSuggestion({ ctx, input })),
  head: procedure.input(ById).query(({ ctx, input }) => getSuggestionHead({ ctx, input })),
  approve: procedure
    .input(ApproveRequest.extend(ById.shape))
    .mutation(({ ctx, input }) => approveSuggestion({ ctx, input })),
  reject: procedure
    .input(RejectRequest.extend(ById.shape))
    .mutation(({ ctx, input }) => rejectSuggestion({ ctx, input })),
  feedback: procedure
    .input(FeedbackRequest.extend(ById.shape))
    .mutation(({ ctx, input }) => giveFeedback({ ctx, input })),
  continue: procedure
    .input(ContinueRequest.extend(ById.shape))
    .mutation(({ ctx, input }) => continueProof({ ctx, input })),
  cancel: procedure.input(ById).mutation(({ ctx, input }) => cancelProof({ ctx, input })),
  reopen: procedure.input(ById).mutation(({ ctx, input }) => reopenSuggestion({ ctx, input })),
  log: procedure
    .input(ListProofEvents.extend(ById.shape))
    .query(({ ctx, input }) => listProofEvents({ ctx, input })),
  analyze: procedure
    .input(AnalyzeRequest)
    .mutation(({ ctx, input, signal }) => analyze({ ctx, input, signal })),
  edit: procedure
    .input(EditRequest.extend(ById.shape))
    .mutation(({ ctx, input }) => editSuggestion({ ctx, input })),
  requestChange: procedure
    .input(ChangeRequest)
    .mutation(({ ctx, input }) => requestChange({ ctx, input })),
});

const inboxRouter = router({
  colleagues: procedure.query(({ ctx }) => listColleagues({ ctx })),
  triage: procedure.input(ById).query(({ ctx, input }) => getTriage({ ctx, input })),
  assign: procedure
    .input(AssignRequest)
    .mutation(({ ctx, input }) => assignSuggestion({ ctx, input })),
  claim: procedure
    .input(ClaimRequest)
    .mutation(({ ctx, input }) => claimSuggestion({ ctx, input })),
  release: procedure.input(ById).mutation(({ ctx, input }) => releaseSuggestion({ ctx, input })),
  mark: procedure.input(MarkRequest).mutation(({ ctx, input }) => markSuggestion({ ctx, input })),
  snooze: procedure
    .input(SnoozeRequest)
    .mutation(({ ctx, input }) => snoozeSuggestion({ ctx, input })),
  bulk: procedure
    .input(BulkRequest)
    .mutation(({ ctx, input }) => changeSuggestions({ ctx, input })),
  comments: procedure.input(ById).query(({ ctx, input }) => listComments({ ctx, input })),
  comment: procedure.input(CommentRequest).mutation(({ ctx, input }) => addComment({ ctx, input })),
  views: procedure.query(({ ctx }) => listSavedViews({ ctx })),
  saveView: procedure.input(SaveView).mutation(({ ctx, input }) => saveView({ ctx, input })),
  deleteView: procedure
    .input(z.object({ view_id: z.uuid() }))
    .mutation(({ ctx, input }) => deleteView({ ctx, input })),
});

const policyRouter = router({
  get: procedure.query(({ ctx }) => getPolicy({ ctx })),
  versions: procedure.query(({ ctx }) => listPolicyVersions({ ctx })),
  set: procedure.input(SetPolicy).mutation(({ ctx, input }) => setPolicy({ ctx, input })),
  // A query that changes nothing, but whose input may be long.
  simulate: procedure
    .input(SimulatePolicy)
    .mutation(({ ctx, input }) => simulatePolicy({ ctx, input })),
  approval: procedure.input(ById).query(({ ctx, input }) => getApproval({ ctx, input })),
  stop: procedure.query(({ ctx }) => getStop({ ctx })),
  engageStop: procedure.input(ChangeStop).mutation(({ ctx, input }) => engageStop({ ctx, input })),
  liftStop: procedure.input(ChangeStop).mutation(({ ctx, input }) => liftStop({ ctx, input })),
});

const resultsRouter = router({
  read: procedure.input(ReadResults).query(({ ctx, input }) => readResults({ ctx, input })),
  undoLearned: procedure
    .input(UndoLearned)
    .mutation(({ ctx, input }) => undoLearned({ ctx, input })),
});

const operationsRouter = router({
  get: procedure
    .input(z.object({ operation_id: OperationId }))
    .query(({ ctx, input }) => getOperation({ ctx, input })),
  execute: procedure
    .input(ExecuteRequest)
    .mutation(({ ctx, input }) => requestExecution({ ctx, input })),
  revert: procedure
    .input(RevertRequest.extend(ExecuteRequest.shape))
    .mutation(({ ctx, input }) => requestRevert({ ctx, input })),
  keep: procedure
    .input(KeepRequest.extend(ExecuteRequest.shape))
    .mutation(({ ctx, input }) => keepExecution({ ctx, input })),
  reapply: procedure
    .input(ReapplyRequest.extend(ExecuteRequest.shape))
    .mutation(({ ctx, input }) => reapplyExecution({ ctx, input })),
  withdraw: procedure
    .input(z.object({ operation_id: OperationId }))
    .mutation(({ ctx, input }) => withdrawOperation({ ctx, input })),
});

const ByConversation = z.object({ conversation_id: z.uuid() });

const conversationsRouter = router({
  list: procedure
    .input(ListConversations)
    .query(({ ctx, input }) => listConversations({ ctx, input })),
  get: procedure.input(ByConversation).query(({ ctx, input }) => getConversation({ ctx, input })),
  start: procedure
    .input(StartConversation)
    .mutation(({ ctx, input }) => startConversation({ ctx, input })),
  revise: procedure
    .input(ReviseConversation.extend(ByConversation.shape))
    .mutation(({ ctx, input }) => reviseConversation({ ctx, input })),
  cancel: procedure
    .input(CancelConversation.extend(ByConversation.shape))
    .mutation(({ ctx, input }) => cancelConversation({ ctx, input })),
});

const productRouter = router({
  overview: procedure.query(({ ctx }) => getProduct({ ctx })),
  patterns: procedure.query(({ ctx }) => listPatterns({ ctx })),
});

const modelRouter = router({
  status: procedure.query(({ ctx }) => modelStatus({ ctx })),
  list: procedure.query(({ ctx }) => listModels({ ctx })),
  promote: procedure.input(PromoteModel).mutation(({ ctx, input }) => promoteModel({ ctx, input })),
  rollBack: procedure.mutation(({ ctx }) => rollBackModel({ ctx })),
});

const auditRouter = router({
  list: procedure.input(ListAudit).query(({ ctx, input }) => listAudit({ ctx, input })),
  actions: procedure.query(({ ctx }) => listAuditActions({ ctx })),
});

const healthRouter = router({
  check: procedure.query(({ ctx }) => checkHealth({ ctx })),
});

const jobsRouter = router({
  list: procedure.input(ListJobs).query(({ ctx, input }) => listJobs({ ctx, input })),
});

const ByRecord = z.object({ record_id: z.guid() });

const messagesRouter = router({
  list: procedure.input(ListMessages).query(({ ctx, input }) => listMessages({ ctx, input })),
  get: procedure.input(ByRecord).query(({ ctx, input }) => getMessage({ ctx, input })),
  figures: procedure.query(({ ctx }) => measureMessages({ ctx })),
  refusals: procedure.query(({ ctx }) => listRefusals({ ctx, input: {} })),
  replay: procedure.input(ByRecord).mutation(({ ctx, input }) => replayMessage({ ctx, input })),
  release: procedure.input(ByRecord).mutation(({ ctx, input }) => releaseMessage({ ctx, input })),
  refuse: procedure
    .input(RefuseMessage.extend(ByRecord.shape))
    .mutation(({ ctx, input }) => refuseMessage({ ctx, input })),
  discard: procedure.input(ByRecord).mutation(({ ctx, input }) => discardMessage({ ctx, input })),
});

const notificationsRouter = router({
  list: procedure
    .input(ListNotifications)
    .query(({ ctx, input }) => listDeliveries({ ctx, input })),
  channels: procedure.query(({ ctx }) => readChannelStatus({ ctx })),
  retry: procedure
    .input(z.object({ delivery_id: z.guid() }))
    .mutation(({ ctx, input }) => retryDelivery({ ctx, input })),
  test: procedure.mutation(({ ctx }) => sendTestNotification({ ctx })),
  preferences: procedure.query(({ ctx }) => getPreferences({ ctx })),
  setPreferences: procedure
    .input(NotificationPreferences)
    .mutation(({ ctx, input }) => setPreferences({ ctx, input })),
  webhooks: procedure.query(({ ctx }) => listWebhooks({ ctx })),
  createWebhook: procedure
    .input(CreateWebhook)
    .mutation(({ ctx, input }) => createWebhook({ ctx, input })),
  removeWebhook: procedure
    .input(z.object({ webhook_id: z.guid() }))
    .mutation(({ ctx, input }) => removeWebhook({ ctx, input })),
});

const agentsRouter = router({
  directory: procedure.query(({ ctx }) => getDirectory({ ctx })),
  peers: procedure.query(({ ctx }) => readPeers({ ctx })),
});

const sessionRouter = router({
  me: procedure.query(({ ctx }) => describeSession(ctx.actor)),
});

const ended = () => toTrpcError(new AppError("unauthenticated", "The session has ended."));

/** Takes one of the person's event streams, pages and REST together. */
function enterStream({ places, settings, actor }: ServiceContext): () => void {
  try {
    return places.enter("streams", actorKey(actor), settings.EVENT_STREAMS_PER_CALLER_MAX);
  } catch (error) {
    throw error instanceof AppError ? toTrpcError(error) : error;
  }
}

const eventsRouter = router({
  /** Ids of what changed, as it changes (server-sent events). Readers load the rows themselves. */
  stream: procedure.subscription(async function* ({ ctx, signal }) {
    assertCan(ctx.actor, "suggestion.read");
    const recheck = async () => {
      const actor = await ctx.identify();
      if (actor === null) throw ended();
      assertCan(actor, "suggestion.read");
    };
    const leave = enterStream(ctx);
    try {
      yield* liveEvents(ctx.bus, signal ?? new AbortController().signal, recheck);
    } finally {
      leave();
    }
  }),
});

export const appRouter = router({
  suggestions: suggestionsRouter,
  inbox: inboxRouter,
  operations: operationsRouter,
  results: resultsRouter,
  policy: policyRouter,
  product: productRouter,
  model: modelRouter,
  audit: auditRouter,
  health: healthRouter,
  jobs: jobsRouter,
  conversations: conversationsRouter,
  messages: messagesRouter,
  agents: agentsRouter,
  notifications: notificationsRouter,
  people: peopleRouter,
  links: linksRouter,
  keys: keysRouter,
  products: productsRouter,
  retention: retentionRouter,
  session: sessionRouter,
  events: eventsRouter,
});
export type AppRouter = typeof appRouter;
