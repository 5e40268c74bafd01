import { z } from "zod";
import { ChangeKind } from "./change";
import { Basis, RejectRequest, SuggestionId, SuggestionState } from "./suggestion";
import { Person, RiskLevel } from "./triage";

/** `impact`: measured gain first, the largest on top, estimates below. `expiry`: the next to expire on top. */
export const SuggestionSort = z.enum(["newest", "impact", "expiry"]);
export type SuggestionSort = z.infer<typeof SuggestionSort>;

/** Whose: the caller's, nobody's, or a person's by id. */
const Assignee = z.union([z.literal("me"), z.literal("nobody"), z.uuid()]);

/** What a list of suggestions is narrowed to; what is left out narrows nothing. */
export const SuggestionFilter = z.object({
  state: z.array(SuggestionState).optional(),
  /** These alone. */
  ids: z.array(SuggestionId).max(100).optional(),
  /** Words of title, table, kind, product or id, each from its beginning; all must be there. */
  search: z.string().trim().max(200).optional(),
  kind: z.array(ChangeKind).optional(),
  risk: z.array(RiskLevel).optional(),
  basis: Basis.optional(),
  product_id: z.string().max(200).optional(),
  assignee: Assignee.optional(),
  /** People only: changed or commented on since the caller read it last. */
  is_unread: z.boolean().optional(),
  /** People only: false leaves out what the caller has snoozed, true asks for just that. */
  is_snoozed: z.boolean().optional(),
});
export type SuggestionFilter = z.infer<typeof SuggestionFilter>;

export const ListSuggestions = SuggestionFilter.extend({
  /** `newest` unless given. */
  sort: SuggestionSort.optional(),
  limit: z.number().int().min(1).max(100).default(50),
  /** Opaque: the previous page's `next_cursor`, good for the same sort only. */
  cursor: z.string().max(300).optional(),
});
export type ListSuggestions = z.infer<typeof ListSuggestions>;

/** How many suggestions each filter leaves, counted no further than `count_max`. */
export const CountSuggestions = z.object({
  filters: z.array(SuggestionFilter).min(1).max(10),
  count_max: z.number().int().min(1).max(1000).default(50),
});
export type CountSuggestions = z.infer<typeof CountSuggestions>;

export const SuggestionCount = z.object({
  count: z.number().int(),
  /** There are more than were counted. */
  is_more: z.boolean(),
});
export type SuggestionCount = z.infer<typeof SuggestionCount>;

export const AssignRequest = z.strictObject({
  suggestion_id: SuggestionId,
  /** null: nobody's. */
  assignee_id: z.uuid().nullable(),
});
export type AssignRequest = z.infer<typeof AssignRequest>;

export const ClaimRequest = z.strictObject({
  suggestion_id: SuggestionId,
  /** Takes it from whoever has claimed it. */
  takes_over: z.boolean().default(false),
});
export type ClaimRequest = z.infer<typeof ClaimRequest>;

export const SnoozeRequest = z.strictObject({
  suggestion_id: SuggestionId,
  /** null: back in the list at once. */
  until: z.iso.datetime().nullable(),
});
export type SnoozeRequest = z.infer<typeof SnoozeRequest>;

export const MarkRequest = z.strictObject({ suggestion_id: SuggestionId, is_read: z.boolean() });
export type MarkRequest = z.infer<typeof MarkRequest>;

export const CommentRequest = z.strictObject({
  suggestion_id: SuggestionId,
  body: z.string().trim().min(1).max(4000),
  /** People it is meant for, by id. */
  mentions: z.array(z.uuid()).max(20).default([]),
});
export type CommentRequest = z.infer<typeof CommentRequest>;

export const Comment = z.object({
  comment_id: z.uuid(),
  by: Person,
  body: z.string(),
  mentions: z.array(Person),
  at: z.iso.datetime(),
});
export type Comment = z.infer<typeof Comment>;

/** A list that a person gave a name: what it is narrowed to, and its order. */
export const InboxView = SuggestionFilter.omit({ state: true, ids: true }).extend({
  tab: z.string().max(40).optional(),
  sort: SuggestionSort.optional(),
});
export type InboxView = z.infer<typeof InboxView>;

export const SaveView = z.strictObject({
  name: z.string().trim().min(1).max(60),
  view: InboxView,
});
export type SaveView = z.infer<typeof SaveView>;

export const SavedView = SaveView.extend({ view_id: z.uuid() });
export type SavedView = z.infer<typeof SavedView>;

/** One thing done to many suggestions, each by itself: some may fail, and say why. */
export const BulkRequest = z.strictObject({
  suggestion_ids: z.array(SuggestionId).min(1).max(100),
  action: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("approve"), reason: z.string().trim().max(2000).default("") }),
    z.strictObject({ kind: z.literal("reject"), ...RejectRequest.shape }),
    z.strictObject({ kind: z.literal("assign"), assignee_id: z.uuid().nullable() }),
    z.strictObject({ kind: z.literal("snooze"), until: z.iso.datetime().nullable() }),
    z.strictObject({ kind: z.literal("mark"), is_read: z.boolean() }),
  ]),
});
export type BulkRequest = z.infer<typeof BulkRequest>;

export const BulkResult = z.object({
  suggestion_id: SuggestionId,
  /** null: done. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type BulkResult = z.infer<typeof BulkResult>;
