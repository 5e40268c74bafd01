import { AgentLease, type AgentRegistration } from "@/server/contracts";
import { AppError, toAppError } from "@/server/platform";
import { type ClientContext, callRegistry } from "./call-registry";

const pathOf = (agentId: string) => `/registry/agents/${encodeURIComponent(agentId)}`;

/** The registry does not know this agent, or not by its keys. */
const isStranger = (error: unknown) =>
  ["unauthenticated", "not_found"].includes(toAppError(error).code);

/** Why nobody but an administrator can help. */
function notEnrolled({ AGENT_ID }: ClientContext["settings"], cause: unknown): AppError {
  return new AppError(
    "forbidden",
    `The registry does not know ${AGENT_ID} by this sidecar's keys: another sidecar has this AGENT_ID, ` +
      "or it was never enrolled, or removed. Enrol it (`cli registry enrol` where the registry runs) and " +
      "set MCP_REGISTRY_TOKEN to the token, or choose an AGENT_ID of its own.",
    { cause },
  );
}

/**
 * Tells the registry who this agent is: by its own keys where the registry knows them, otherwise with the
 * one-time token of its enrolment. Throws what callRegistry throws, `forbidden` when neither does.
 */
export async function register(ctx: ClientContext, body: AgentRegistration): Promise<AgentLease> {
  const { MCP_REGISTRY_TOKEN: enrolmentToken } = ctx.settings;
  try {
    const path = pathOf(body.card.agent_id);
    return await callRegistry(ctx, { method: "PUT", path, body, answer: AgentLease });
  } catch (error) {
    if (!isStranger(error)) throw error;
    if (enrolmentToken === undefined) throw notEnrolled(ctx.settings, error);
  }
  try {
    const path = "/registry/agents";
    return await callRegistry(ctx, {
      method: "POST",
      path,
      body,
      enrolmentToken,
      answer: AgentLease,
    });
  } catch (error) {
    throw isStranger(error) ? notEnrolled(ctx.settings, error) : error;
  }
}

/** A sign of life. Throws what callRegistry throws. */
export async function beat(ctx: ClientContext): Promise<AgentLease> {
  const path = `${pathOf(ctx.settings.AGENT_ID)}/heartbeat`;
  return callRegistry(ctx, { method: "POST", path, answer: AgentLease });
}

/** The agent stops for now: others see at once that it is offline. Throws what callRegistry throws. */
export async function signOff(ctx: ClientContext, msMax: number): Promise<void> {
  const path = `${pathOf(ctx.settings.AGENT_ID)}/stop`;
  await callRegistry(ctx, { method: "POST", path, answer: AgentLease, msMax });
}
