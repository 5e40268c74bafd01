import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { peers } from "@/drizzle/schema";
import type { MessageEnvelope, PublicKey, RegisteredAgent } from "@/server/contracts";
import { type Database, env } from "@/server/platform";

const encode = (text: string) => Buffer.from(text).toString("base64url");

/** A key pair of another agent, of which the tests have both halves. */
export interface TestKey {
  jwk: PublicKey;
  privateKey: KeyObject;
}

export function makeKey(kid: string): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  return { jwk: { kty: "OKP", crv: "Ed25519", x, kid }, privateKey };
}

/** A detached JWS as another program makes it, with whatever header. */
export function signWith(
  { jwk, privateKey }: TestKey,
  text: string,
  header: Record<string, unknown> = { alg: "EdDSA", kid: jwk.kid },
): string {
  const protectedHeader = encode(JSON.stringify(header));
  const signed = sign(null, Buffer.from(`${protectedHeader}.${encode(text)}`), privateKey);
  return `${protectedHeader}..${signed.toString("base64url")}`;
}

export const RISK = { agent_id: "agent-risk-1", product_id: "risk-assessment", domain: "risk" };

/** Lists an agent in the directory, as the registry would have told of it. */
export async function listPeer(
  db: Database,
  keys: PublicKey[],
  address: typeof RISK = RISK,
): Promise<void> {
  const now = new Date().toISOString();
  const card: RegisteredAgent = {
    ...address,
    url: "http://127.0.0.1:9",
    broker_id: null,
    capabilities: ["schema_change"],
    jwks: { keys },
    message_version: "1",
    status: "online",
    registered_at: now,
    last_seen_at: now,
    lease_until: now,
    version: 1,
  };
  const { agent_id: agentId, product_id: productId, domain } = address;
  const row = { agentId, productId, domain, card };
  await db.insert(peers).values(row).onConflictDoUpdate({ target: peers.agentId, set: row });
}

/** A message of the risk domain's agent to this one. */
export const messageOf = (change: Partial<MessageEnvelope> = {}): MessageEnvelope => ({
  message_id: `msg-${crypto.randomUUID()}`,
  timestamp: new Date().toISOString(),
  sender: RISK,
  recipient: {
    agent_id: env().AGENT_ID,
    product_id: env().DATA_PRODUCT_ID,
    domain: "financing",
  },
  message_type: "quality_alert",
  content: { table: "projects", check: "nulls" },
  requires_response: false,
  priority: "normal",
  ttl_seconds: 3600,
  ...change,
});
