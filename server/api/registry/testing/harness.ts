import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { createRestServices } from "@/server/api/rest";
import { type AgentCard, MESSAGE_SIGNATURE_HEADER } from "@/server/contracts";
import { makeKey, signWith, type TestKey } from "@/server/messaging/testing/peer";
import { createRoot, type Database, env, systemContext } from "@/server/platform";
import { createTestDatabase } from "@/server/platform/testing";
import { enrolAgent } from "@/server/registry";
import { createOpenApiMatcher } from "../../rest/testing/openapi-matcher";
import { registryApp, registryDocument } from "../app";

const { expectMatchesOpenApi } = createOpenApiMatcher(registryDocument());

/** The registry's routes and verbs on a real database, on a clock of the test's own. */
export async function createRegistry(given?: Database) {
  const testDatabase = given === undefined ? await createTestDatabase() : null;
  const db = given ?? testDatabase?.db;
  if (db === undefined) throw new Error("there is one");
  const clock = { ms: Date.now(), now: () => new Date(clock.ms) };
  const settings = { ...env(), REQUESTS_PER_MINUTE_MAX: 60_000 };
  const root = { ...createRoot("test", { db, settings }), clock };
  const services = createRestServices(root);
  const ctx = systemContext(root, "test");
  return {
    db,
    clock,
    ctx,
    services,
    drop: async () => testDatabase?.drop(),
    /** Answers a request, and checks the answer against the published document. */
    async fetch(request: Request): Promise<Response> {
      const response = await registryApp.fetch(request, services);
      await expectMatchesOpenApi(response, request);
      return response;
    },
    enrol: async (card: AgentCard) => {
      const { agent_id, product_id, domain } = card;
      return (await enrolAgent({ ctx, input: { agent_id, product_id, domain } })).token;
    },
  };
}
export type Registry = Awaited<ReturnType<typeof createRegistry>>;

interface TokenChange {
  claims?: Record<string, unknown>;
  seconds?: number;
}

/** An agent of which the test has the keys, as another implementation would call the registry. */
export class TestAgent {
  key: TestKey;
  card: AgentCard;

  constructor(
    private readonly registry: Registry,
    name: string,
    domain = "risk",
  ) {
    this.key = makeKey(`${name}-1`);
    this.card = {
      agent_id: name,
      product_id: `product-of-${name}`,
      domain,
      url: "http://127.0.0.1:9",
      broker_id: null,
      capabilities: ["schema_change"],
      jwks: { keys: [this.key.jwk] },
      message_version: "1",
    };
  }

  async token({ claims = {}, seconds = 60 }: TokenChange = {}, key = this.key): Promise<string> {
    const iat = Math.floor(this.registry.clock.ms / 1000);
    const { agent_id: id } = this.card;
    const own = { iss: id, sub: id, aud: "registry", jti: randomUUID(), iat, exp: iat + seconds };
    return new SignJWT({ ...own, ...claims })
      .setProtectedHeader({ alg: "EdDSA", kid: key.jwk.kid })
      .sign(key.privateKey);
  }

  /** A call with a token of the agent's own, unless told which. */
  async call(method: string, path: string, bearer?: string): Promise<Response> {
    const authorization = `Bearer ${bearer ?? (await this.token())}`;
    const request = new Request(`http://registry.test/registry${path}`, {
      method,
      headers: { authorization },
    });
    return this.registry.fetch(request);
  }

  /** A card, signed. */
  async tell(
    method: "POST" | "PUT",
    bearer: string,
    {
      key = this.key,
      card = this.card,
      endorsements = [] as string[],
      at = this.card.agent_id,
    } = {},
  ): Promise<Response> {
    const text = JSON.stringify({ card, endorsements });
    const path = method === "POST" ? "/agents" : `/agents/${encodeURIComponent(at)}`;
    const request = new Request(`http://registry.test/registry${path}`, {
      method,
      body: text,
      headers: {
        authorization: `Bearer ${bearer}`,
        "content-type": "application/json",
        [MESSAGE_SIGNATURE_HEADER]: signWith(key, text),
      },
    });
    return this.registry.fetch(request);
  }

  async register(): Promise<this> {
    const response = await this.tell("POST", await this.registry.enrol(this.card));
    if (response.status !== 201) throw new Error(await response.text());
    return this;
  }

  async changes(since: number, wait = 0) {
    return (await this.call("GET", `/changes?since=${since}&wait=${wait}`)).json();
  }
}
