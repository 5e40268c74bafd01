import { z } from "zod";
import type { AnalyzeRequest } from "./analyze-request";
import { RequestableChange } from "./change";

/** Changes that are tested, and decided on, as one. */
export const REQUESTED_CHANGES_MAX = 8;

/** Who asked for a change to be tested: somebody signed in, a program, or another sidecar's proposal. */
export const ChangeOrigin = z.object({
  kind: z.enum(["person", "api", "cooperation"]),
  /** Of `cooperation`: the conversation it came from. */
  conversation_id: z.string().min(1).max(200).optional(),
});
export type ChangeOrigin = z.infer<typeof ChangeOrigin>;

/** Body of POST /agent/changes: changes to be tested together on a shadow copy. */
export const ChangeRequest = z
  .strictObject({
    /** The sidecar's own data product when left out. */
    product_id: z.string().min(1).max(100).optional(),
    changes: z.array(RequestableChange).min(1).max(REQUESTED_CHANGES_MAX),
    /** Why, for whoever decides. */
    reason: z.string().trim().max(2000).default(""),
    /** Time for the test, seconds; at most the sidecar's own limit (PROOF_SECONDS_MAX). */
    budget_seconds: z.number().min(1).max(86_400).optional(),
  })
  .meta({ id: "ChangeRequest" });
export type ChangeRequest = z.infer<typeof ChangeRequest>;

/** A statement of a change is a few lines; the values of an ENUM may be many. */
const STATEMENT_LENGTH_MAX = 20_000;

/** Body of POST …/edit: one change of a suggestion in other words, to be tested with the rest of them. */
export const EditRequest = z
  .strictObject({
    item_id: z.string().min(1).max(100),
    /** One statement, in one of the forms that docs/candidates.md lists. It is read, never executed. */
    sql: z.string().trim().min(1).max(STATEMENT_LENGTH_MAX),
    /** Why, for whoever decides. */
    reason: z.string().trim().max(2000).default(""),
    /** Time for the test, seconds; at most the sidecar's own limit (PROOF_SECONDS_MAX). */
    budget_seconds: z.number().min(1).max(86_400).optional(),
  })
  .meta({ id: "EditRequest" });
export type EditRequest = z.infer<typeof EditRequest>;

/** What was asked for, as it is kept and shown: types as DuckDB writes them. */
export const RequestedChanges = z
  .object({
    changes: z.array(RequestableChange).min(1),
    reason: z.string(),
    origin: ChangeOrigin,
  })
  .meta({ id: "RequestedChanges" });
export type RequestedChanges = z.infer<typeof RequestedChanges>;

/** What a proof is asked: of an analysis its context, or which changes to test. */
export type ProofContext = AnalyzeRequest["context"] & {
  /** Tested as one; left out: whatever the rules propose. */
  requested?: RequestedChanges;
};
