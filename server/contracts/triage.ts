import { z } from "zod";

/** Risk of a suggestion: that of its riskiest change. */
export const RiskLevel = z.enum(["low", "medium", "high"]);
export type RiskLevel = z.infer<typeof RiskLevel>;

export const Person = z.object({ id: z.uuid(), label: z.string() });
export type Person = z.infer<typeof Person>;

/** Somebody who can sign in: they can be mentioned, and given what they may decide. */
export const Colleague = Person.extend({ can_decide: z.boolean() });
export type Colleague = z.infer<typeof Colleague>;

/** How people share out a suggestion; the last two are the caller's own. */
export const Triage = z.object({
  assignee: Person.nullable(),
  /** Who works on it right now, and until when that holds unless it is renewed. */
  claim: z.object({ by: Person, ends_at: z.iso.datetime() }).nullable(),
  comment_count: z.number().int(),
  is_unread: z.boolean(),
  snoozed_until: z.iso.datetime().nullable(),
});
export type Triage = z.infer<typeof Triage>;
