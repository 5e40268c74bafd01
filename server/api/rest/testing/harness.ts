import { SignJWT } from "jose";
import type { Permission, Role } from "@/server/contracts";
import {
  authenticate,
  createApiKey,
  createUser,
  issueProductToken,
  issueServiceToken,
  issueUserToken,
} from "@/server/identity";
import { contextFor, createRoot, env, type ServiceContext } from "@/server/platform";
import { createTestDatabase } from "@/server/platform/testing";
import type { Route } from "../define-route";
import { createGate } from "../gate";
import { handleRoute } from "../handle-route";
import type { RestServices, Verbs } from "../services";
import { expectMatchesOpenApi } from "./expect-matches-openapi";

const unexpected = (name: string) => () => Promise.reject(new Error(`${name} was not expected`));

const NO_VERBS: Verbs = {
  analyze: unexpected("analyze"),
  waitForSuggestion: unexpected("waitForSuggestion"),
  getSuggestion: unexpected("getSuggestion"),
  listSuggestions: unexpected("listSuggestions"),
  approveSuggestion: unexpected("approveSuggestion"),
  rejectSuggestion: unexpected("rejectSuggestion"),
  requestExecution: unexpected("requestExecution"),
  requestRevert: unexpected("requestRevert"),
  getOperation: unexpected("getOperation"),
};

export interface Send {
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with the JSON content type unless told. */
  text?: string;
  params?: Record<string, string>;
  query?: string;
}

function requestOf(route: Route, send: Send): Request {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name) => send.params?.[name] ?? "");
  const body = send.text ?? (send.json === undefined ? undefined : JSON.stringify(send.json));
  const type: Record<string, string> =
    body === undefined ? {} : { "content-type": "application/json" };
  return new Request(`http://sidecar.test${path}${send.query ?? ""}`, {
    method: route.method,
    headers: { ...type, ...send.headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** The routes on a real database of their own, without a server between. */
export async function createHarness(verbs: Partial<Verbs> = {}) {
  const testDatabase = await createTestDatabase();
  const { db } = testDatabase;
  const root = createRoot("test", { db });
  const system: ServiceContext["actor"] = {
    kind: "system",
    id: "test",
    label: "test",
    roles: [],
  };
  const ctx = contextFor(root, system, "req-test");
  const services: RestServices = {
    ...root,
    verbs: { ...NO_VERBS, ...verbs },
    authenticate: (headers) => authenticate({ ctx: root, input: { headers } }),
    gates: { requests: createGate(4), streams: createGate(2) },
    requestBytesMax: env().REQUEST_BYTES_MAX,
    streamSecondsMax: 20,
    heartbeatSeconds: 0.05,
  };
  let people = 0;
  return {
    db,
    ctx,
    services,
    drop: () => testDatabase.drop(),
    /** Sends, and checks the answer against the published document. */
    async send(route: Route, send: Send = {}): Promise<Response> {
      const response = await this.sendUnchecked(route, send);
      const method = route.method === "GET" ? "get" : "post";
      await expectMatchesOpenApi(response, method, route.path);
      return response;
    },
    sendUnchecked: (route: Route, send: Send = {}) =>
      handleRoute(route, requestOf(route, send), send.params ?? {}, services),
    async person(roles: Role[]) {
      people += 1;
      const personRoles = roles.filter((role) => role !== "data-product" && role !== "agent");
      const user = await createUser({
        ctx,
        input: {
          email: `person${people}@example.org`,
          name: "A person",
          password: "a long enough password",
          roles: personRoles,
        },
      });
      const token = await issueUserToken({ ctx, input: { user_id: user.id, ttl_seconds: 60 } });
      return { user, headers: { authorization: `Bearer ${token}` } };
    },
    async machine(kind: "data-product" | "agent", subject: string) {
      const token = await (kind === "agent"
        ? issueServiceToken({ ctx, input: { subject, ttl_seconds: 60 } })
        : issueProductToken({ ctx, input: { product_id: subject, ttl_seconds: 60 } }));
      return { authorization: `Bearer ${token}` };
    },
    async apiKey(scopes: Permission[], expiresAt?: Date) {
      const input = { name: "test key", scopes, ...(expiresAt ? { expires_at: expiresAt } : {}) };
      const made = await createApiKey({ ctx, input });
      return { ...made, headers: { "x-api-key": made.key } };
    },
  };
}
export type Harness = Awaited<ReturnType<typeof createHarness>>;

/** A token as the product of AUTH_SECRET signs it, but for the given claims: to be refused. */
export async function craftToken(
  claims: Record<string, unknown>,
  secret = env().AUTH_SECRET,
): Promise<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const product = env().DATA_PRODUCT_ID;
  const own = { iss: product, sub: product, kind: "data-product" };
  const all = { ...own, aud: "agentic-sidecar", exp: now + 60, ...claims };
  const token = await new SignJWT(all)
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
  return { authorization: `Bearer ${token}` };
}
