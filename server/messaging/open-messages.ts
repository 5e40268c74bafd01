import type {
  Actor,
  MessageEnvelope,
  RegisteredAgent,
  SignatureState,
  SignedMessage,
} from "@/server/contracts";
import { assertCan, keyIdOf } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { findAgents, refreshForUnknown } from "@/server/registry";
import { assertAcceptable, assertNamesSender, assertSpeaksForItself } from "./envelope";
import { attempt, done, type Outcome, proceedAsync } from "./outcome";
import { readEnvelope } from "./read-envelope";
import { refusal } from "./refusal";
import { verifySignature } from "./signatures";

/** A message as it came, and on which way. */
export interface IncomingMessage extends SignedMessage {
  via: "broker" | "http";
}

/** A message that may come in: read, for us, in time, and its sender is sure. */
export interface OpenedMessage extends IncomingMessage {
  envelope: MessageEnvelope;
  signatureState: Extract<SignatureState, "verified" | "token">;
  keyId: string | null;
  /** Who sent it. */
  sender: Actor;
}

type ReadMessage = IncomingMessage & Pick<OpenedMessage, "envelope">;
type Agents = Map<string, RegisteredAgent>;

function read(ctx: ServiceContext, message: IncomingMessage): ReadMessage {
  const {
    REQUEST_BYTES_MAX: bytesMax,
    AGENT_ID: agentId,
    DATA_PRODUCT_ID: productId,
  } = ctx.settings;
  const envelope = readEnvelope(message.text, { bytesMax });
  assertAcceptable(envelope, { agentId, productId, now: ctx.clock.now() });
  return { ...message, envelope };
}

/** Senders of whom the directory lacks the key that a message names, or who are not in it. */
function unknownSenders(messages: ReadMessage[], agents: Agents): string[] {
  const unknown = messages.filter(({ signature, envelope }) => {
    if (signature === null) return false;
    const kid = attempt(() => keyIdOf(signature));
    const keys = agents.get(envelope.sender.agent_id)?.jwks.keys;
    return kid.isDone && !keys?.some((key) => key.kid === kid.value);
  });
  return [...new Set(unknown.map(({ envelope }) => envelope.sender.agent_id))];
}

/** What the directory knows of the senders; asked of the registry where a key is not known. */
async function findSenders(ctx: ServiceContext, messages: ReadMessage[]): Promise<Agents> {
  const agentIds = [...new Set(messages.map(({ envelope }) => envelope.sender.agent_id))];
  const agents = await findAgents({ ctx, input: { agentIds } });
  const unknown = unknownSenders(messages, agents);
  if (unknown.length === 0) return agents;
  const isNews = await refreshForUnknown({ ctx, input: { agentIds: unknown } });
  return isNews ? findAgents({ ctx, input: { agentIds } }) : agents;
}

async function openSigned(message: ReadMessage, agents: Agents): Promise<OpenedMessage> {
  const { agent_id: id } = message.envelope.sender;
  const agent = agents.get(id);
  if (agent === undefined) {
    throw refusal("unknown_agent", "The sender is not in the directory of agents.");
  }
  const { kid } = await verifySignature(agent.jwks, message);
  assertSpeaksForItself(message.envelope, agent);
  const sender: Actor = { kind: "agent", id, label: id, roles: ["agent"] };
  return { ...message, signatureState: "verified", keyId: kid, sender };
}

/** Nobody but who calls answers for it, so the credential must name the sender. */
function openUnsigned(ctx: ServiceContext, message: ReadMessage, agents: Agents): OpenedMessage {
  const { actor, settings } = ctx;
  if (settings.MCP_UNSIGNED_MESSAGES === "refuse" || actor.kind === "system") {
    throw refusal("unsigned", "The message is not signed.");
  }
  assertCan(actor, "message.send");
  assertNamesSender(actor, message.envelope);
  const agent = agents.get(message.envelope.sender.agent_id);
  if (agent !== undefined) assertSpeaksForItself(message.envelope, agent);
  return { ...message, signatureState: "token", keyId: null, sender: actor };
}

/**
 * Checks messages as they came, in the order of what it costs: size, depth, shape, recipient, time,
 * signature, domain. Of each either what may come in, or why not: an AppError whose `details.reason` is
 * one of MessageRefusal. Those of one sender cost one look into the directory.
 */
export async function openMessages({
  ctx,
  input: messages,
}: {
  ctx: ServiceContext;
  input: readonly IncomingMessage[];
}): Promise<Outcome<OpenedMessage>[]> {
  const outcomes = messages.map((message) => attempt(() => read(ctx, message)));
  const agents = await findSenders(ctx, done(outcomes));
  return Promise.all(
    outcomes.map((outcome) =>
      proceedAsync(outcome, async (message) =>
        message.signature === null
          ? openUnsigned(ctx, message, agents)
          : openSigned(message, agents),
      ),
    ),
  );
}
