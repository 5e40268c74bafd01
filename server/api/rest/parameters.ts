import { z } from "zod";
import {
  AuditFilter,
  ConversationState,
  DeliveryStatus,
  JobState,
  NotificationState,
  OperationId,
  SuggestionId,
  SuggestionState,
} from "@/server/contracts";

export const SuggestionParams = z.object({ id: SuggestionId });
export const OperationParams = z.object({ id: OperationId });
export const ConversationParams = z.object({ id: z.uuid() });

/** Longest a request may wait for a proof. */
export const WAIT_SECONDS_MAX = 120;

/** Query text holds digits only: `1e3`, ` 5` and `0x10` are refused. */
export const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum))
    .meta({ type: "integer", minimum, maximum });

export const AnalyzeQuery = z.object({
  wait: wholeNumber(0, WAIT_SECONDS_MAX)
    .optional()
    .describe("Seconds to wait for the proof before answering with what is known by then."),
});

/** `state=a,b` and `state=a&state=b` are the same list. */
const stateList = <State extends Record<string, string>>(
  states: z.ZodEnum<State>,
  example: string,
) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given) =>
      [given]
        .flat()
        .flatMap((text) => text.split(","))
        .filter(Boolean),
    )
    .pipe(z.array(states))
    .meta({
      type: "string",
      description: "States to list, separated by commas; all when left out.",
      examples: [example],
    })
    .optional();

const Paging = {
  limit: wholeNumber(1, 100).optional().describe("Rows of a page; 50 when left out."),
  cursor: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional()
    .describe("`next_cursor` of the page before."),
};

export const ListQuery = z.object({
  state: stateList(SuggestionState, "pending,approved"),
  ...Paging,
});

export const ConversationsQuery = z.object({
  state: stateList(ConversationState, "proposed,accepted"),
  ...Paging,
});

export const LogQuery = z.object({
  after: wholeNumber(0, 999_999_999)
    .optional()
    .describe("Events after this `seq`: `next_after` of the page before."),
  limit: wholeNumber(1, 1000).optional().describe("Events of a page; 500 when left out."),
});

export const JobsQuery = z.object({
  state: JobState.optional().describe("Jobs in this state; all when left out."),
  limit: wholeNumber(1, 1000).optional().describe("At most so many jobs; 50 when left out."),
});

export const MessageParams = z.object({ id: z.uuid() });

export const MessagesQuery = z.object({
  state: stateList(DeliveryStatus, "dead"),
  conversation_id: z.uuid().optional().describe("Messages of this conversation alone."),
  ...Paging,
});

export const AuditQuery = AuditFilter.extend({
  limit: wholeNumber(1, 200).optional().describe("Entries of a page; 50 when left out."),
  before_id: wholeNumber(1, 999_999_999)
    .optional()
    .describe("Entries before this one: `next_before_id` of the page before."),
});

export const AuditExportQuery = AuditFilter.extend({
  format: z.enum(["csv", "json"]).optional().describe("`csv` when left out."),
});

export const NotificationParams = z.object({ id: z.uuid() });

export const NotificationsQuery = z.object({
  state: stateList(NotificationState, "failed,held"),
  ...Paging,
});
