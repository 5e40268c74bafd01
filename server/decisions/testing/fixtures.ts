import {
  agentDecisions,
  approvals,
  operations,
  suggestionItems,
  suggestions,
} from "@/drizzle/schema";
import { candidateOf } from "@/server/advisor/testing/candidate";
import {
  type Actor,
  type Candidate,
  type MeasuredEvidence,
  type ProductSchema,
  type ProofContext,
  type SuggestionState,
  UNAPPROVED_STATES,
} from "@/server/contracts";
import {
  contextFor,
  createRoot,
  type Database,
  newId,
  type ServiceContext,
} from "@/server/platform";

export { candidateOf };

/** Actors of tests; ids are only labels here. */
export const ACTORS = {
  reviewer: { kind: "user", id: "u-1", label: "reviewer@test", roles: ["reviewer", "operator"] },
  second: { kind: "user", id: "u-2", label: "second@test", roles: ["reviewer"] },
  viewer: { kind: "user", id: "u-3", label: "viewer@test", roles: ["viewer"] },
  product: {
    kind: "data-product",
    id: "duckdb-spawn",
    label: "duckdb-spawn",
    roles: ["data-product"],
  },
} satisfies Record<string, Actor>;

export function contextOf(db: Database, actor: Actor): ServiceContext {
  return contextFor(createRoot("test", { db }), actor);
}

/** An index on a column of table projects, with a plan that runs nothing. */
export function indexOn(column: string): Candidate {
  return candidateOf(
    { kind: "add_index", table: "projects", column },
    {
      statements: ["SELECT 1;"],
      revert_statements: ["SELECT 2;"],
      cleanup_statements: [],
      is_reversible: true,
    },
  );
}

/** A product without tables, as its connector tells it. */
export function emptySchema(change: Partial<ProductSchema> = {}): ProductSchema {
  return {
    product_id: "duckdb-spawn",
    domain: "test",
    duckdb_version: "v1.5.6",
    threads: 1,
    data_version: "data-1",
    schema_fingerprint: "schema-1",
    tables: [],
    ...change,
  };
}

/** Stores a suggestion in any state, as a proof would have left it. */
export async function storeSuggestion(
  db: Database,
  given: {
    state: SuggestionState;
    /** What was asked; different for every suggestion unless given. */
    context?: ProofContext;
    productId?: string | null;
    schemaFingerprint?: string;
    dataVersion?: string;
    candidates?: Candidate[];
    /** What was measured for the candidates, in their order, and for all of them together. */
    evidence?: MeasuredEvidence[];
    setEvidence?: MeasuredEvidence;
    expiresAt?: Date;
  },
): Promise<{ id: string; itemIds: string[] }> {
  const id = newId("sugg");
  const [decision] = await db
    .insert(agentDecisions)
    .values({
      operationType: "schema_optimization",
      context: given.context ?? { test: id },
      suggestion: {},
    })
    .returning();
  await db.insert(suggestions).values({
    id,
    decisionId: decision?.decisionId ?? "",
    productId: given.productId === undefined ? "duckdb-spawn" : given.productId,
    state: given.state,
    basis: given.productId === null ? "estimate" : "measured",
    operationType: "schema_optimization",
    requestHash: id,
    schemaFingerprint: given.schemaFingerprint ?? "schema-1",
    dataVersion: given.dataVersion ?? "data-1",
    setEvidence: given.setEvidence ?? null,
    requestedBy: "test",
    expiresAt: given.expiresAt ?? null,
  });
  const items = (given.candidates ?? []).map((candidate, ordinal) => ({
    id: newId("item"),
    suggestionId: id,
    ordinal,
    role: "suggested" as const,
    candidate,
    evidence: given.evidence?.[ordinal] ?? null,
    isApproved: UNAPPROVED_STATES.includes(given.state) ? null : true,
  }));
  if (items.length > 0) await db.insert(suggestionItems).values(items);
  // Whoever begins or goes on with an execution looks whether the approval still suffices.
  if (given.state === "approved" || given.state === "executing") {
    const { id: personId, label, roles } = ACTORS.reviewer;
    const itemIds = items.map((item) => item.id);
    const approval = { suggestionId: id, personId, label, roles, itemIds };
    await db.insert(approvals).values({ ...approval, revision: 0, comment: "" });
  }
  return { id, itemIds: items.map((item) => item.id) };
}

type StoredOperation = Pick<typeof operations.$inferInsert, "kind" | "state"> &
  Partial<typeof operations.$inferInsert>;

/** Stores an operation of a suggestion as it stands after some time. */
export async function storeOperation(
  db: Database,
  suggestionId: string,
  given: StoredOperation,
): Promise<void> {
  const plan = { statements: ["SELECT 1;"], revert_statements: [], cleanup_statements: [] };
  await db.insert(operations).values({
    ...{ id: newId("op"), suggestionId, productId: suggestionId, itemIds: [] },
    ...{
      schemaFingerprint: "schema-1",
      requestedBy: "test",
      plan: { ...plan, is_reversible: true },
    },
    progress: { message: "", fraction: 1 },
    ...given,
  });
}
