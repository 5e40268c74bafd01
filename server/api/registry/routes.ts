import { z } from "zod";
import {
  AgentLease,
  AgentQuery,
  AgentRegistration,
  DirectoryChanges,
  DomainDirectory,
  type ErrorCode,
  MESSAGE_SIGNATURE_HEADER,
  RegisteredAgent,
} from "@/server/contracts";
import {
  endLease,
  listAgents,
  listDomains,
  readChanges,
  registerAgent,
  removeAgent,
  renewLease,
  updateAgent,
} from "@/server/registry";
import { answer, defineRoute, jsonBody } from "../rest/define-route";
import { wholeNumber } from "../rest/parameters";
import { bearerOf, READER_GUARDS, REGISTRATION_GUARDS } from "./guards";

const CREDENTIALS = ["agentToken"];
const REFUSALS: ErrorCode[] = ["unauthenticated", "forbidden"];
const AgentParams = z.object({ id: z.string().min(1).max(200) });

/** What is alike of all routes but health: their tag, and who may call. */
const GUARDED = { tags: ["Registry"] as [string], permission: null, credentials: CREDENTIALS };

const SIGNATURE_PARAMETER = {
  name: MESSAGE_SIGNATURE_HEADER,
  in: "header" as const,
  required: true,
  description:
    "Compact JWS without its payload (RFC 7515, appendix F; EdDSA) over the very bytes of the body.",
  schema: { type: "string" as const, maxLength: 4000 },
};

export const healthRoute = defineRoute(
  {
    method: "get",
    path: "/registry/health",
    operationId: "getRegistryHealth",
    tags: ["Registry"],
    summary: "Health check of the registry",
    description: "Open to everybody: 200 while its database answers.",
    permission: null,
    limiter: "none",
    responses: { 200: answer("It serves.", z.object({ status: z.literal("ok") })) },
    errors: ["unavailable"],
  },
  async (c) => {
    await c.env.db.execute("select 1");
    return c.json({ status: "ok" as const }, 200);
  },
);

export const registerRoute = defineRoute(
  {
    ...GUARDED,
    method: "post",
    path: "/registry/agents",
    operationId: "registerAgent",
    summary: "Register an agent",
    description:
      "The first time, and after keys were lost: with the one-time token of an enrolment as bearer. The " +
      "card is signed with one of its own keys. Agent, product and domain are those of the enrolment.",
    sentHeaders: [SIGNATURE_PARAMETER],
    request: { body: jsonBody(AgentRegistration) },
    responses: { 201: answer("It is registered, and online.", AgentLease) },
    errors: REFUSALS,
  },
  async (c) => {
    const { ctx, bodyText: text = "" } = c.var;
    const signature = c.req.header(MESSAGE_SIGNATURE_HEADER) ?? "";
    const input = { text, signature, token: bearerOf(c) };
    return c.json(await registerAgent({ ctx, input }), 201);
  },
  REGISTRATION_GUARDS,
);

export const updateRoute = defineRoute(
  {
    ...GUARDED,
    method: "put",
    path: "/registry/agents/{id}",
    operationId: "updateAgent",
    summary: "Replace an agent's card",
    description:
      "Address, capabilities and keys; renews the lease. Token and body are signed with a key that is " +
      "registered, or that such a key endorses (`endorsements`). Product and domain never change.",
    sentHeaders: [SIGNATURE_PARAMETER],
    request: { params: AgentParams, body: jsonBody(AgentRegistration) },
    responses: { 200: answer("The card is replaced.", AgentLease) },
    errors: [...REFUSALS, "not_found"],
  },
  async (c) => {
    const { ctx, bodyText: text = "" } = c.var;
    const { id: agentId } = c.req.valid("param");
    const signature = c.req.header(MESSAGE_SIGNATURE_HEADER) ?? "";
    const input = { agentId, text, signature, token: bearerOf(c) };
    return c.json(await updateAgent({ ctx, input }), 200);
  },
  REGISTRATION_GUARDS,
);

export const heartbeatRoute = defineRoute(
  {
    ...GUARDED,
    method: "post",
    path: "/registry/agents/{id}/heartbeat",
    operationId: "renewLease",
    summary: "Renew an agent's lease",
    description: "An agent that stays silent for 30 s is offline until it calls again.",
    request: { params: AgentParams },
    responses: { 200: answer("The lease is renewed.", AgentLease) },
    errors: [...REFUSALS, "not_found"],
  },
  async (c) => {
    const { id: agentId } = c.req.valid("param");
    return c.json(await renewLease({ ctx: c.var.ctx, input: { agentId } }), 200);
  },
  READER_GUARDS,
);

export const stopRoute = defineRoute(
  {
    ...GUARDED,
    method: "post",
    path: "/registry/agents/{id}/stop",
    operationId: "endLease",
    summary: "End an agent's lease",
    description:
      "The agent stops for now, as for an upgrade: it is offline at once instead of after 30 s. Messages to it " +
      "wait, and its next call brings it back.",
    request: { params: AgentParams },
    responses: { 200: answer("It is offline.", AgentLease) },
    errors: [...REFUSALS, "not_found"],
  },
  async (c) => {
    const { id: agentId } = c.req.valid("param");
    return c.json(await endLease({ ctx: c.var.ctx, input: { agentId } }), 200);
  },
  READER_GUARDS,
);

export const removeRoute = defineRoute(
  {
    ...GUARDED,
    method: "delete",
    path: "/registry/agents/{id}",
    operationId: "removeAgent",
    summary: "Deregister an agent",
    description:
      "By itself: it leaves for good, nothing is sent to it any more; its keys stay, and it may come back. By an " +
      "administrator (permission `key.manage`): its keys are gone, and it needs a new enrolment.",
    request: { params: AgentParams },
    responses: { 200: answer("It is gone.", AgentLease) },
    errors: [...REFUSALS, "not_found"],
  },
  async (c) => {
    const { id: agentId } = c.req.valid("param");
    return c.json(await removeAgent({ ctx: c.var.ctx, input: { agentId } }), 200);
  },
  READER_GUARDS,
);

export const listAgentsRoute = defineRoute(
  {
    ...GUARDED,
    method: "get",
    path: "/registry/agents",
    operationId: "listRegisteredAgents",
    summary: "Look agents up",
    description: "By agent, product, domain and capability: all that is given must fit.",
    request: { query: AgentQuery },
    responses: { 200: answer("The agents.", z.object({ agents: z.array(RegisteredAgent) })) },
    errors: REFUSALS,
  },
  async (c) => {
    const agents = await listAgents({ ctx: c.var.ctx, input: c.req.valid("query") });
    return c.json({ agents }, 200);
  },
  READER_GUARDS,
);

export const domainsRoute = defineRoute(
  {
    ...GUARDED,
    method: "get",
    path: "/registry/domains",
    operationId: "listDomains",
    summary: "The directory by domain",
    description:
      "Domains, their products, and the agents of each; agents that are gone are left out.",
    responses: { 200: answer("The directory.", DomainDirectory) },
    errors: REFUSALS,
  },
  async (c) => c.json(await listDomains({ ctx: c.var.ctx }), 200),
  READER_GUARDS,
);

/** Below the time after which proxies give up on an answer. */
const WAIT_SECONDS_MAX = 30;

const ChangesQuery = z.object({
  since: wholeNumber(0, 999_999_999).describe("Version that is known; 0: the whole directory."),
  wait: wholeNumber(0, WAIT_SECONDS_MAX)
    .optional()
    .describe("Seconds to wait for a change before answering that there is none."),
});

export const changesRoute = defineRoute(
  {
    ...GUARDED,
    method: "get",
    path: "/registry/changes",
    operationId: "readChanges",
    summary: "Follow the directory",
    description:
      "Agents that changed after a version, in order; ask again with the `version` of the answer. " +
      "`is_complete`: these are all there are.",
    limiter: "streams",
    request: { query: ChangesQuery },
    responses: { 200: answer("The changes.", DirectoryChanges) },
    errors: REFUSALS,
  },
  async (c) => {
    const { since, wait: waitSeconds = 0 } = c.req.valid("query");
    const input = { since, waitSeconds, signal: c.req.raw.signal };
    return c.json(await readChanges({ ctx: c.var.ctx, input }), 200);
  },
  READER_GUARDS,
);
