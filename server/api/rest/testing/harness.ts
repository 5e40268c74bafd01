import { SignJWT } from "jose";
import type { Permission, Role } from "@/server/contracts";
import {
  createApiKey,
  createUser,
  issueProductToken,
  issueServiceToken,
  issueUserToken,
} from "@/server/identity";
import { createRoot, type Database, env, type Settings, systemContext } from "@/server/platform";
import { createTestDatabase } from "@/server/platform/testing";
import { restApp } from "../app";
import { createRestServices, type RestServices } from "../services";
import { expectMatchesOpenApi } from "./expect-matches-openapi";

export interface Send {
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with the JSON content type unless told. */
  text?: string;
}

/** Outlives a file of tests on a busy machine. */
const TOKEN_SECONDS = 600;

function requestOf(method: string, path: string, send: Send): Request {
  const body = send.text ?? (send.json === undefined ? undefined : JSON.stringify(send.json));
  const type: Record<string, string> =
    body === undefined ? {} : { "content-type": "application/json" };
  return new Request(`http://sidecar.test${path}`, {
    method,
    headers: { ...type, ...send.headers },
    ...(body === undefined ? {} : { body }),
  });
}

interface HarnessOptions {
  /** A database of the caller's, which stays; a fresh one unless given. */
  db?: Database;
  settings?: Partial<Settings>;
}

/** The real routes and verbs on a real database, without a server between. */
export async function createHarness(options: HarnessOptions = {}) {
  const testDatabase = options.db === undefined ? await createTestDatabase() : null;
  const db = options.db ?? testDatabase?.db;
  // Tests start no model: what rules alone answer is what is tested here.
  const settings = { ...env(), MODEL_MANIFEST: "no-models.json", ...options.settings };
  const root = createRoot("test", { settings, ...(db === undefined ? {} : { db }) });
  const services: RestServices = {
    ...createRestServices(root),
    streamSecondsMax: 20,
    heartbeatSeconds: 0.05,
  };
  const ctx = systemContext(root, "test");
  let people = 0;

  /** Answers a request, and checks the answer against the published document. */
  async function fetchChecked(request: Request): Promise<Response> {
    const response = await restApp.fetch(request, services);
    await expectMatchesOpenApi(response, request);
    return response;
  }

  return {
    db: root.db,
    ctx,
    services,
    fetchChecked,
    drop: async () => testDatabase?.drop(),
    get: (path: string, headers: Record<string, string> = {}) =>
      fetchChecked(requestOf("GET", path, { headers })),
    post: (path: string, send: Send = {}) => fetchChecked(requestOf("POST", path, send)),
    call: (method: string, path: string, send: Send = {}) =>
      fetchChecked(requestOf(method, path, send)),
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
      const token = await issueUserToken({
        ctx,
        input: { user_id: user.id, ttl_seconds: TOKEN_SECONDS },
      });
      return { user, headers: { authorization: `Bearer ${token}` } };
    },
    async machine(kind: "data-product" | "agent", subject: string) {
      const token = await (kind === "agent"
        ? issueServiceToken({ ctx, input: { subject, ttl_seconds: TOKEN_SECONDS } })
        : issueProductToken({ ctx, input: { product_id: subject, ttl_seconds: TOKEN_SECONDS } }));
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
  const all = { ...own, aud: "agentic-sidecar", exp: now + TOKEN_SECONDS, ...claims };
  const token = await new SignJWT(all)
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
  return { authorization: `Bearer ${token}` };
}
