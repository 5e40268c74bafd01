import { z } from "zod";
import {
  AnalyzeRequest,
  ApproveRequest,
  ContinueRequest,
  FeedbackRequest,
  ListProofEvents,
  ListSuggestions,
  RejectRequest,
  SuggestionId,
} from "@/server/contracts";
import {
  analyze,
  approveSuggestion,
  continueProof,
  getSuggestion,
  giveFeedback,
  listProofEvents,
  listSuggestions,
  rejectSuggestion,
} from "@/server/decisions";
import { procedure, router } from "../init";

const ById = z.object({ suggestion_id: SuggestionId });

export const suggestionsRouter = router({
  list: procedure.input(ListSuggestions).query(({ ctx, input }) => listSuggestions({ ctx, input })),
  get: procedure.input(ById).query(({ ctx, input }) => getSuggestion({ ctx, input })),
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
  log: procedure
    .input(ListProofEvents.extend(ById.shape))
    .query(({ ctx, input }) => listProofEvents({ ctx, input })),
  analyze: procedure.input(AnalyzeRequest).mutation(({ ctx, input }) => analyze({ ctx, input })),
});
