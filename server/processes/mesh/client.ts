import postgres from "postgres";
import { z } from "zod";
import {
  CONNECTOR_VERSION,
  CONNECTOR_VERSION_HEADER,
  ConversationDetail,
  type ConversationState,
  Directory,
  type StartConversation,
  SuggestionState,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { Domain } from "./members";
import type { Side } from "./sequence";
import type { Sidecar } from "./sidecar";

const CALL_MS_MAX = 15_000;

async function call(url: string, token: string, method: string, body?: unknown): Promise<Response> {
  return fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    signal: AbortSignal.timeout(CALL_MS_MAX),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function answerOf<Schema extends z.ZodType>(
  schema: Schema,
  answer: Response,
): Promise<z.infer<Schema>> {
  const text = await answer.text();
  if (answer.ok) return schema.parse(JSON.parse(text));
  throw new AppError("internal", `${answer.url} answered ${answer.status}: ${text.slice(0, 1000)}`);
}

/** Proposes in the name of the sidecar's data product, over its API. */
export async function startConversation(
  { demo }: Sidecar,
  body: Partial<StartConversation>,
): Promise<ConversationDetail> {
  const answer = await call(`${demo.url}/agent/conversations`, demo.jwt, "POST", body);
  return answerOf(ConversationDetail, answer);
}

/** A side's view; null while it has none, or does not answer. */
export async function readSide(
  { demo, member }: Sidecar,
  conversationId: string,
): Promise<Side | null> {
  const url = `${demo.url}/agent/conversations/${conversationId}`;
  const answer = await call(url, demo.reviewerToken, "GET").catch(() => null);
  if (answer === null || !answer.ok) return null;
  const detail = await answerOf(ConversationDetail, answer);
  return { domain: member.domain, agentId: member.agentId, detail };
}

const Stated = z.object({ state: SuggestionState });

export async function readSuggestionState(
  { demo }: Sidecar,
  suggestionId: string,
): Promise<SuggestionState> {
  const url = `${demo.url}/agent/suggestions/${suggestionId}`;
  return (await answerOf(Stated, await call(url, demo.reviewerToken, "GET"))).state;
}

/** Decides as the demo's reviewer. */
export async function decide(
  { demo }: Sidecar,
  { suggestionId, isApproved }: { suggestionId: string; isApproved: boolean },
): Promise<void> {
  const verb = isApproved ? "approve" : "reject";
  const url = `${demo.url}/agent/suggestions/${suggestionId}/${verb}`;
  const body = isApproved
    ? { acknowledges_coverage: true, reason: "Agreed with the other domains." }
    : { reason: "Not before the quarter's close." };
  const { state } = await answerOf(Stated, await call(url, demo.reviewerToken, "POST", body));
  if (!isApproved || state !== "pending") return;
  // A high risk needs a second person.
  await answerOf(Stated, await call(url, demo.adminToken, "POST", body));
}

/** Has an executed change rolled back, as the demo's reviewer. */
export async function revertSuggestion({ demo }: Sidecar, suggestionId: string): Promise<void> {
  const url = `${demo.url}/agent/suggestions/${suggestionId}/revert`;
  await answerOf(z.unknown(), await call(url, demo.reviewerToken, "POST", {}));
}

export async function takeUpCounter(
  { demo }: Sidecar,
  conversationId: string,
): Promise<ConversationState> {
  const url = `${demo.url}/agent/conversations/${conversationId}/revise`;
  return (await answerOf(ConversationDetail, await call(url, demo.reviewerToken, "POST", {})))
    .state;
}

const Tables = z.array(
  z.object({
    name: z.string(),
    columns: z.array(z.object({ name: z.string(), type: z.string(), primary_key: z.boolean() })),
  }),
);

/** Column of a table as the data product itself tells it; null: there is none. */
export async function findProductColumn(
  { productToken, member }: Sidecar,
  { table, column }: { table: string; column: string },
): Promise<{ type: string; isKey: boolean } | null> {
  const url = `http://127.0.0.1:${member.demoPort}/admin/tables`;
  const tables = await answerOf(Tables, await call(url, productToken, "GET"));
  const found = tables
    .find(({ name }) => name === table)
    ?.columns.find(({ name }) => name === column);
  return found === undefined ? null : { type: found.type, isKey: found.primary_key };
}

const Fingerprint = z.object({ schema_fingerprint: z.string() });

/** True when the sidecar has observed its product's schema as it is now. */
export async function knowsProduct(sidecar: Sidecar): Promise<boolean> {
  const { productToken, member, databaseUrl } = sidecar;
  const url = `http://127.0.0.1:${member.demoPort}/connector/schema`;
  const headers = { authorization: `Bearer ${productToken}` };
  const version = { [CONNECTOR_VERSION_HEADER]: CONNECTOR_VERSION };
  const signal = AbortSignal.timeout(CALL_MS_MAX);
  const answer = await fetch(url, { headers: { ...headers, ...version }, signal });
  const { schema_fingerprint } = await answerOf(Fingerprint, answer);
  const db = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const rows = await db`select 1 from data_products
      where product_id = ${member.productId} and schema_fingerprint = ${schema_fingerprint}`;
    return rows.length > 0;
  } finally {
    await db.end();
  }
}

/** Its own team changes the product, past the sidecar. */
export async function changeProductColumns(
  { productToken, member }: Sidecar,
  table: string,
  change: { add_columns?: { name: string; type: string }[]; drop_columns?: string[] },
): Promise<void> {
  const url = `http://127.0.0.1:${member.demoPort}/admin/tables/${table}`;
  await answerOf(z.unknown(), await call(url, productToken, "PUT", change));
}

/** True when this sidecar knows that all members of the mesh live. */
export async function isAcquainted(
  { demo }: Sidecar,
  agentIds: readonly string[],
): Promise<boolean> {
  const answer = await call(`${demo.url}/agent/agents`, demo.reviewerToken, "GET").catch(
    () => null,
  );
  if (answer === null || !answer.ok) return false;
  const { agents } = await answerOf(Directory, answer);
  return agentIds.every((id) =>
    agents.some((one) => one.agent_id === id && one.status === "online"),
  );
}

export type Sides = Partial<Record<Domain, Side>>;
