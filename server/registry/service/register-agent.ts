import { z } from "zod";
import { registryAgents } from "@/drizzle/schema";
import { type AgentCard, type AgentLease, AgentRegistration } from "@/server/contracts";
import { verifyDetached, withEndorsed } from "@/server/identity";
import { AppError, type ServiceContext, type Transaction } from "@/server/platform";
import { assertStorable, DEPTH_MAX, isDeeperThan } from "@/server/platform/json";
import {
  type AgentRow,
  changeAgent,
  leaseFrom,
  lockAgent,
  requireAgent,
  toLease,
} from "./agent-row";
import { authenticateAgent } from "./authenticate-agent";
import { spendEnrolment } from "./enrol-agent";
import { renew } from "./leases";

type RegistryContext = Pick<ServiceContext, "db" | "clock" | "requestId">;

/** A registration as it came: its very text, the signature over it, and the credential. */
export interface SignedRegistration {
  text: string;
  signature: string;
  token: string;
}

/** The registration that a text is. Throws `invalid_input` with what is wrong. */
function readRegistration(text: string): AgentRegistration {
  if (isDeeperThan(DEPTH_MAX, text)) {
    throw new AppError("invalid_input", `Nested deeper than ${DEPTH_MAX} levels.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_input", "The body is not JSON.", { cause });
  }
  assertStorable(value);
  const parsed = AgentRegistration.safeParse(value);
  if (!parsed.success) throw new AppError("invalid_input", z.prettifyError(parsed.error));
  const kids = parsed.data.card.jwks.keys.map(({ kid }) => kid);
  if (kids.length === 0 || new Set(kids).size < kids.length) {
    throw new AppError("invalid_input", "jwks.keys: at least one key, each with an id of its own.");
  }
  return parsed.data;
}

/** Only what a card is made of; further fields of a sender are dropped by its schema. */
const fieldsOf = (card: AgentCard, now: Date) => ({
  card,
  productId: card.product_id,
  domain: card.domain,
  lastSeenAt: now,
  leaseUntil: leaseFrom(now),
  status: "online" as const,
  goneAt: null,
});

/** The agent's row, locked: made now unless it is there. */
async function ensureAgent(tx: Transaction, card: AgentCard, now: Date): Promise<AgentRow> {
  // Its version is given with the change that follows.
  await tx
    .insert(registryAgents)
    .values({ ...fieldsOf(card, now), agentId: card.agent_id, registeredAt: now, version: 0 })
    .onConflictDoNothing();
  const row = await lockAgent(tx, card.agent_id);
  if (row === undefined) throw new AppError("internal", "The agent's row was not stored.");
  return row;
}

/**
 * Registers an agent with the one-time token of its enrolment. The card is signed with one of its own
 * keys, which proves that the agent has it. An agent that registers anew has these keys alone.
 * Throws `unauthenticated`, `forbidden`, `invalid_input`.
 */
export async function registerAgent({
  ctx,
  input: { text, signature, token },
}: {
  ctx: RegistryContext;
  input: SignedRegistration;
}): Promise<AgentLease> {
  const { card } = readRegistration(text);
  verifyDetached(card.jwks, { text, signature });
  const now = ctx.clock.now();
  const { agent_id: agentId } = card;
  const actor = { kind: "agent" as const, id: agentId, label: agentId, roles: [] };
  const by = { actor, requestId: ctx.requestId };
  const row = await ctx.db.transaction(async (tx) => {
    await spendEnrolment(tx, { token, card, now });
    const before = await ensureAgent(tx, card, now);
    const set = { ...fieldsOf(card, now), registeredAt: now };
    return changeAgent(tx, by, { before, set, action: "agent.register" });
  });
  return toLease(row);
}

/** Throws unless the card is the agent's own, for the product and domain it was enrolled for. */
function assertOwnCard(found: AgentRow | undefined, agentId: string, card: AgentCard): AgentRow {
  const row = requireAgent(found, agentId);
  const isOwn =
    card.agent_id === agentId && card.product_id === row.productId && card.domain === row.domain;
  if (isOwn) return row;
  throw new AppError(
    "forbidden",
    `${agentId} is registered for ${row.productId} of the domain ${row.domain}; that does not change.`,
  );
}

const isSameCard = (a: AgentCard, b: AgentCard) => JSON.stringify(a) === JSON.stringify(b);

/**
 * Replaces an agent's card, its keys included, and renews its lease. Token and body are signed with a key
 * that is registered for it, or that such a key endorses (after a rotation). Product and domain stay.
 * Throws `unauthenticated`, `forbidden`, `not_found`, `invalid_input`.
 */
export async function updateAgent({
  ctx,
  input: { agentId, text, signature, token },
}: {
  ctx: RegistryContext;
  input: SignedRegistration & { agentId: string };
}): Promise<AgentLease> {
  const { card, endorsements } = readRegistration(text);
  const actor = await authenticateAgent({ ctx, input: { token, endorsements } });
  if (actor.id !== agentId) {
    throw new AppError("forbidden", "An agent may change its own card only.");
  }
  const now = ctx.clock.now();
  const by = { actor, requestId: ctx.requestId };
  const row = await ctx.db.transaction(async (tx) => {
    const known = assertOwnCard(await lockAgent(tx, agentId), agentId, card);
    const keys = withEndorsed(known.card.jwks.keys, endorsements);
    verifyDetached({ keys }, { text, signature });
    if (known.status === "online" && isSameCard(known.card, card)) {
      return renew(tx, known, now);
    }
    return changeAgent(tx, by, { before: known, set: fieldsOf(card, now), action: "agent.update" });
  });
  return toLease(row);
}
