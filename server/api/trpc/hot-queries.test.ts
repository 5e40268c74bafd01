import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as schema from "@/drizzle/schema";
import { CLOSED_STATES, EFFECTIVE_STATES, type MessageEnvelope } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { expireSuggestions, resumeSearches, supersedeBySchemaChange } from "@/server/decisions";
import { whyDue } from "@/server/decisions/analyze-when-due";
import { checkSearch } from "@/server/decisions/continue-proof";
import { loadEarlierVerdicts } from "@/server/decisions/earlier-proofs";
import { publishAdvice } from "@/server/decisions/publish-advice";
import {
  ACTORS,
  contextOf,
  emptySchema,
  indexOn,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { isProductBusy } from "@/server/execution";
import { readLiveBefore } from "@/server/execution/expected-outcome";
import { workloadOf } from "@/server/execution/testing/live-workload";
import { triageMessage } from "@/server/messaging/first-opinion";
import type { Database, ServiceContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { appRouter } from "./router";

/** Tables that grow with the life of a sidecar: none of them is read whole. */
const LARGE = [
  "agent_decisions",
  "suggestions",
  "suggestion_items",
  "proof_events",
  "reviews",
  "feedback",
  "operations",
  "audit_events",
  "agent_messages",
  "conversations",
  "observed_patterns",
  "idempotency_keys",
  "jobs",
];

let database: TestDatabase;
/** What the verbs sent since the last test began. */
let sent: { text: string; params: unknown[] }[] = [];
let ctx: ServiceContext;
const product = emptySchema();

beforeAll(async () => {
  database = await createTestDatabase();
  await fill(database.db);
  const logger = {
    logQuery: (text: string, params: unknown[]) => void sent.push({ text, params }),
  };
  const logged: Database = drizzle(database.db.$client, { schema, logger });
  ctx = contextOf(logged, { ...ACTORS.reviewer, roles: ["admin"] });
}, 120_000);
afterAll(() => database.drop());
beforeEach(() => {
  sent = [];
});

const ADDRESS = { agent_id: "a", product_id: "a", domain: "a" };
const ENVELOPE = JSON.stringify({
  ...{ message_id: "1", timestamp: "2026-01-01T00:00:00Z", sender: ADDRESS, recipient: ADDRESS },
  ...{ message_type: "acknowledgement", content: {}, requires_response: false },
  ...{ priority: "normal", ttl_seconds: 60 },
});

/** 100 000 decisions of one product with what belongs to them, and a few that are open. */
async function fill(db: Database): Promise<void> {
  const candidate = JSON.stringify(indexOn("status"));
  const plan = JSON.stringify({
    statements: [],
    revert_statements: [],
    cleanup_statements: [],
    is_reversible: true,
  });
  const progress = JSON.stringify({ message: "", fraction: 1 });
  const settled = `(array['no_gain','rejected','expired','superseded','failed','verified','reverted','executed'])[1 + n % 8]`;
  const at = "now() - make_interval(mins => n)";
  await db.transaction(async (tx) => {
    // The rows refer to each other by construction; checking each would take longer than all else.
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(
      sql.raw(`
    create temp table made on commit drop as
      select n, gen_random_uuid() as decision, 'sugg-' || lpad(n::text, 12, '0') as id, ${settled} as state
      from generate_series(1, 100000) n`),
    );
    for (const statement of [
      `insert into agent_decisions (decision_id, timestamp, operation_type, context, suggestion)
      select decision, ${at}, 'schema_optimization', jsonb_build_object('table_name', 't' || n % 1000), '{}' from made`,
      `insert into suggestions (id, decision_id, product_id, state, basis, operation_type, request_hash,
        schema_fingerprint, data_version, requested_by, created_at, updated_at)
      select id, decision, 'duckdb-spawn', state, 'measured', 'schema_optimization', id,
        'schema-' || n % 50, 'data-1', 'test', ${at}, ${at} from made`,
      `insert into suggestion_items (id, suggestion_id, ordinal, role, candidate)
      select 'item-' || lpad(n::text, 11, '0') || i, id, i, case i when 0 then 'suggested' else 'alternative' end,
        '${candidate}'::jsonb from made, generate_series(0, 1) i`,
      `insert into reviews (suggestion_id, reviewer_id, reviewer_label, verdict, reason, item_ids, at)
      select id, 'u-1', 'u-1', case when state = 'rejected' then 'rejected' else 'approved' end, '', '[]', ${at}
      from made where state in ('rejected', 'verified', 'reverted', 'executed')`,
      `insert into feedback (suggestion_id, actor_key, actor_label, score, comment, at)
      select id, 'user:u-1', 'u-1', 1, '', ${at} from made`,
      `insert into operations (id, suggestion_id, product_id, kind, state, item_ids, plan, schema_fingerprint,
        requested_by, progress, verification, created_at, finished_at)
      select 'op-' || lpad(n::text, 12, '0'), id, 'duckdb-spawn', 'execute', state, '[]', '${plan}', 'schema-1',
        'test', '${progress}', jsonb_build_object('state', case when state = 'verified' then 'confirmed' else 'inconclusive' end,
          'window_started_at', '2026-01-01T00:00:00.000Z', 'window_ended_at', null, 'queries', '[]'::jsonb, 'summary', ''),
        ${at}, ${at} from made where state in ('verified', 'reverted', 'executed')`,
      `insert into audit_events (at, actor_kind, actor_id, actor_label, action, subject_type, subject_id)
      select ${at}, 'system', 'test', 'test', action, 'suggestion', id
      from made, unnest(array['suggestion.open', 'suggestion.prove']) action`,
      `insert into proof_events (suggestion_id, event)
      select id, '{"kind": "stopped", "at_ms": 1, "reason": ""}' from made`,
      `insert into observed_patterns (pattern_id, pattern_type, pattern_data, first_observed, last_observed, occurrence_count, confidence)
      select gen_random_uuid(), 'query.select', jsonb_build_object('product_id', 'product-' || n % 200, 'sql', 'SELECT a' || n), ${at}, ${at}, n, 1
      from made where n <= 20000`,
      `insert into agent_messages (message_id, sender_id, recipient_id, message_type, content, sent_timestamp, delivery_status,
        direction, envelope, signature_state, digest, priority, due_at, expires_at, created_at, finished_at)
      select gen_random_uuid(), 'a', 'b', 'acknowledgement', '{}', ${at},
        case when n % 100 = 0 then 'dead' when n % 100 = 1 then 'received' else 'handled' end,
        'inbound', '${ENVELOPE}', 'token', '', 'normal', ${at}, ${at} + interval '1 day', ${at}, ${at} from made where n <= 20000`,
      `insert into conversations (id, kind, role, state, subject, initiator, started_by, created_at, expires_at, ended_at)
      select gen_random_uuid(), 'coordination', 'participant', 'answered', '{}', '{}', 'a', ${at}, ${at}, ${at} from made where n <= 20000`,
      `insert into jobs (kind, subject_id, state, created_at, finished_at)
      select 'prove', id, case when n % 100 = 0 then 'dead' else 'done' end, ${at}, ${at} from made`,
      `insert into idempotency_keys (key, request_hash, created_at)
      select id, id, ${at} from made where n <= 20000`,
    ]) {
      await tx.execute(sql.raw(statement));
    }
  });
  await db.execute(sql.raw(`analyze ${LARGE.join(", ")}`));
}

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  Plans?: PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Large tables that PostgreSQL reads whole for one of the statements sent, with the statement. */
async function findScans(statements: typeof sent): Promise<string[]> {
  const scans = await Promise.all(
    statements
      .filter(({ text }) => /^(select|update|delete|insert|with)/.test(text.trim()))
      .map(async ({ text, params }) => {
        const [row] = await database.db.$client.unsafe<{ "QUERY PLAN": { Plan: PlanNode }[] }[]>(
          `explain (format json) ${text}`,
          params as string[],
        );
        const root = row?.["QUERY PLAN"][0]?.Plan;
        return (root === undefined ? [] : nodesOf(root))
          .filter((node) => node["Node Type"].includes("Seq Scan"))
          .filter((node) => LARGE.includes(node["Relation Name"] ?? ""))
          .map((node) => `${node["Relation Name"]}: ${text}`);
      }),
  );
  return scans.flat();
}

const refuse = () => Promise.reject(new Error("not asked for here"));
const idleProduct: DataProduct = {
  productId: product.product_id,
  getSchema: () => Promise.resolve(product),
  getWorkload: (since) => Promise.resolve({ ...workloadOf(since, 1), patterns: [] }),
  query: refuse,
  exportTable: refuse,
  execute: refuse,
  getOperation: refuse,
};

const caller = () => appRouter.createCaller({ ...ctx, identify: async () => ctx.actor });
const suggestion_id = `sugg-${"42".padStart(12, "0")}`;
const rejected = `sugg-${"1".padStart(12, "0")}`;

/** The product with one column, which the proposal drops. */
const proposedOn = () => {
  const column = { name: "a1", type: "INTEGER", nullable: true };
  const columns = [{ ...column, default_sql: null, statistics: null }];
  const table = { name: "t", row_count: 1, estimated_bytes: 1, indexes: [], constraints: [] };
  return emptySchema({ tables: [{ ...table, columns }] });
};
const proposal = (): MessageEnvelope => ({
  ...{ message_id: "1", timestamp: new Date().toISOString(), requires_response: false },
  sender: { agent_id: "a", product_id: "a", domain: "a" },
  recipient: { agent_id: "b", product_id: "b", domain: "b" },
  ...{ message_type: "schema_proposal", priority: "normal", ttl_seconds: 60 },
  content: { operation: "drop_column", details: { table: "t", column_name: "a1" } },
});

/** Every verb that pages, agents or the prover ask again and again. */
const HOT: Record<string, () => Promise<unknown>> = {
  "the inbox, all": () => caller().suggestions.list({}),
  "the inbox, to review": () => caller().suggestions.list({ state: ["pending"] }),
  "the inbox, in effect": () => caller().suggestions.list({ state: [...EFFECTIVE_STATES] }),
  "the inbox, closed": () => caller().suggestions.list({ state: [...CLOSED_STATES] }),
  "the inbox, a later page": async () => {
    const { next_cursor } = await caller().suggestions.list({ limit: 10 });
    await caller().suggestions.list({ limit: 10, cursor: next_cursor ?? "" });
  },
  "the inbox's counts": () =>
    caller().suggestions.counts({
      filters: [
        { state: ["pending"] },
        { state: [...EFFECTIVE_STATES] },
        { state: [...CLOSED_STATES] },
      ],
    }),
  "one suggestion": () => caller().suggestions.get({ suggestion_id }),
  "the log of a proof": () => caller().suggestions.log({ suggestion_id }),
  "one operation": () => caller().operations.get({ operation_id: `op-${"6".padStart(12, "0")}` }),
  "the audit log": () => caller().audit.list({}),
  "the audit log, a later page": () => caller().audit.list({ before_id: 100_000 }),
  "the audit log of one suggestion": () => caller().audit.list({ subject_id: suggestion_id }),
  "the product's patterns": () => caller().product.patterns(),
  "results of a week": () => caller().results.read({ days: 7 }),
  "the inbox, searched": () => caller().suggestions.list({ search: "nowhere" }),
  "the inbox, by impact": () => caller().suggestions.list({ state: ["pending"], sort: "impact" }),
  "the product": () => caller().product.overview(),
  "is an analysis due": () => whyDue({ ctx, input: product }),
  "expire suggestions": () => expireSuggestions({ ctx }),
  "supersede by a changed schema": () =>
    supersedeBySchemaChange({
      ctx,
      input: { productId: product.product_id, schemaFingerprint: "schema-1" },
    }),
  "is the product busy": () => isProductBusy({ ctx, input: { productId: product.product_id } }),
  "what a proposal breaks": async () => {
    await database.db
      .insert(schema.dataProducts)
      .values({ productId: "product-1", domain: "", baseUrl: "", schema: proposedOn() });
    const settings = { ...ctx.settings, DATA_PRODUCT_ID: "product-1" };
    await triageMessage({ ctx: { ...ctx, settings }, input: proposal(), reader: "rules" });
  },
  health: () => caller().health.check(),
  "dead jobs": () => caller().jobs.list({ state: "dead" }),
  "the latest jobs": () => caller().jobs.list({}),
  "the latest messages": () => caller().messages.list({}),
  "dead letters": () => caller().messages.list({ delivery_status: ["dead"] }),
  "figures of deliveries": () => caller().messages.figures(),
  "agents and how deliveries to them do": () => caller().agents.peers(),
  "the latest conversations": () => caller().conversations.list({}),
  "resume searches": () => resumeSearches({ ctx }),
  "does a search go on": async () => {
    const { id } = await storeSuggestion(database.db, { state: "pending" });
    await checkSearch({ ctx, input: { suggestionId: id } });
  },
  "what the last proof said": () =>
    loadEarlierVerdicts(ctx.db, { suggestionId: suggestion_id, schemaFingerprint: "schema-2" }),
  "when the last proof ended": () => readLiveBefore({ ctx, input: { product: idleProduct } }),
  "publish advice": async () => {
    const { id } = await storeSuggestion(database.db, { state: "proving" });
    const input = { suggestionId: id, schema: product, isComplete: true, note: null };
    const result = { accepted: [], alternatives: [], set_evidence: null, sets: [], findings: [] };
    await publishAdvice({ ctx, input: { ...input, result } });
  },
  approve: async () => {
    const { id } = await storeSuggestion(database.db, {
      state: "pending",
      candidates: [indexOn("status")],
    });
    await caller().suggestions.approve({ suggestion_id: id, reason: "" });
  },
  feedback: () => caller().suggestions.feedback({ suggestion_id: rejected, score: 1, comment: "" }),
};

describe("with 100,000 decisions", () => {
  test.each(Object.entries(HOT))("%s reads no large table whole", async (_, verb) => {
    await verb();
    expect(sent.length).toBeGreaterThan(0);
    expect(await findScans(sent)).toEqual([]);
  });

  test("a statement that does read one is noticed", async () => {
    await ctx.db.select().from(schema.suggestions).where(sql`${schema.suggestions.confidence} = 7`);
    expect(await findScans(sent)).toHaveLength(1);
  });
});
