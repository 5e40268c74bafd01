import { randomUUID } from "node:crypto";
import { conversationParties, conversations } from "@/drizzle/schema";
import {
  type Change,
  type ConversationDetail,
  MESSAGE_CONTENTS,
  OPENING_MESSAGES,
  type RegisteredAgent,
  StartConversation,
  withoutCorrelation,
} from "@/server/contracts";
import { assertCan, parseInput } from "@/server/identity";
import { AppError, publish, recordAudit, type ServiceContext } from "@/server/platform";
import { findPeers, readOwnAddress } from "@/server/registry";
import { advanceConversation } from "./advance";
import { compileProposal } from "./compile-proposal";
import { loadConversation } from "./read-conversations";
import { addArrows, ownLanes } from "./transition";

/**
 * Begins a conversation with other agents. Of a schema change our own change is tested first, and
 * proposed to all once it fits; every other kind is one question to each of them.
 * Throws `forbidden`, `invalid_input` (a subject that does not fit the kind), `not_found` (no agent, table
 * or column that it names), `not_executable` (a change that the sidecar does not make, or DuckDB cannot),
 * `unavailable` (our own domain is not known yet).
 */
export async function startConversation({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: StartConversation;
}): Promise<ConversationDetail> {
  assertCan(ctx.actor, "conversation.start");
  const given = parseInput(StartConversation, input);
  const subject = readSubject(given);
  const initiator = await readOwnAddress({ ctx, db: ctx.db });
  const invited = await findInvited(ctx, given);
  const ownChanges =
    given.kind === "schema_change" ? [await compileProposal({ ctx, input: subject })] : [];
  const id = randomUUID();
  await store(ctx, { id, given, subject, initiator, invited, ownChanges });
  // Sampling a key takes the product a while: that is the courier's.
  if (given.kind !== "coordination") await advanceSoon(ctx, id);
  return loadConversation(ctx, id);
}

/** What is done at once is seen in the answer; what fails now is done by the next sweep. */
export async function advanceSoon(ctx: ServiceContext, id: string): Promise<void> {
  // Whatever is begun here is the sidecar's own doing, whoever asked.
  const own = { ...ctx, actor: { ...SYSTEM } };
  await advanceConversation({ ctx: own, input: { conversation_id: id } }).catch(
    (error: unknown) => {
      ctx.log.warn({ err: error, conversation: id }, "a conversation waits for the next sweep");
    },
  );
}

const SYSTEM: ServiceContext["actor"] = {
  kind: "system",
  id: "conversations",
  label: "conversations",
  roles: ["admin"],
};

/** The content of the first message. Throws `invalid_input` that names the field at fault. */
function readSubject({ kind, subject }: StartConversation): Record<string, unknown> {
  const parsed = MESSAGE_CONTENTS[OPENING_MESSAGES[kind]].safeParse(subject);
  if (parsed.success) return withoutCorrelation(parsed.data);
  const issues = parsed.error.issues.map(({ path, message }) => ({
    ...{ field: ["subject", ...path].join("."), message },
  }));
  const text = issues.map(({ field, message }) => `${field}: ${message}`).join("; ");
  throw new AppError("invalid_input", text, { details: { issues } });
}

/** All agents that the targets name, each once, and not ourselves. Throws `not_found`. */
async function findInvited(
  ctx: ServiceContext,
  { targets }: StartConversation,
): Promise<RegisteredAgent[]> {
  const found = new Map<string, RegisteredAgent>();
  for (const target of targets) {
    const others = await findPeers({ ctx, input: target });
    if (others.length === 0) {
      const [[by, name] = ["agent", ""]] = Object.entries(target);
      const text = `No other agent with ${by} ${name} is known: see the directory of agents.`;
      throw new AppError("not_found", text, { details: { target } });
    }
    for (const peer of others) found.set(peer.agent_id, peer);
  }
  return [...found.values()];
}

interface Beginning {
  id: string;
  given: StartConversation;
  subject: Record<string, unknown>;
  initiator: Awaited<ReturnType<typeof readOwnAddress>>;
  invited: RegisteredAgent[];
  ownChanges: Change[];
}

async function store(ctx: ServiceContext, beginning: Beginning): Promise<void> {
  const { id, given, subject, initiator, invited, ownChanges } = beginning;
  const { kind, reason, priority, ttl_seconds } = given;
  const now = ctx.clock.now();
  await ctx.db.transaction(async (tx) => {
    await tx.insert(conversations).values({
      ...{ id, kind, role: "initiator", state: "assessing", subject, reason, priority, initiator },
      ...{ ownChanges, startedBy: ctx.actor.label, createdAt: now, updatedAt: now },
      statusNote: ownChanges.length > 0 ? "Our own change is tested first." : "About to be asked.",
      expiresAt: new Date(now.getTime() + ttl_seconds * 1000),
    });
    await tx.insert(conversationParties).values(
      invited.map(({ agent_id, product_id, domain }) => ({
        ...{ conversationId: id, agentId: agent_id, productId: product_id, domain, updatedAt: now },
      })),
    );
    await recordAudit(tx, ctx, {
      ...{ action: "conversation.start", subjectType: "conversation", subjectId: id },
      after: { state: "assessing", kind, parties: invited.map(({ agent_id }) => agent_id) },
    });
    const { agent, product } = ownLanes(ctx);
    const label = kind === "schema_change" ? "Schema change need" : "Need";
    const arrows = [{ from: product, to: agent, label, detail: reason.slice(0, 500) }];
    await addArrows({ tx, ctx, input: { id, arrows } });
    await publish(tx, { topic: "conversation", id });
  });
}
