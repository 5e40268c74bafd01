import { eq, sql } from "drizzle-orm";
import { agentMessages, auditEvents, peers } from "@/drizzle/schema";
import { type AgentAddress, PublicKeySet, type RegisteredAgent } from "@/server/contracts";
import { getJwks } from "@/server/identity";
import {
  createRoot,
  type Database,
  env,
  type Root,
  type ServiceContext,
  type Settings,
  systemContext,
} from "@/server/platform";
import { brokerIdOf } from "@/server/registry";
import { type OutgoingMessage, sendMessages } from "../send-message";

/** One of two sidecars of a test: its own database, agent, product, domain and keys. */
export class Side {
  readonly root: Root;
  readonly ctx: ServiceContext;
  readonly address: AgentAddress;

  constructor(
    readonly name: string,
    readonly db: Database,
    settings: Partial<Settings> = {},
  ) {
    this.address = { agent_id: `agent-${name}`, product_id: name, domain: `domain-${name}` };
    const own = {
      ...{ AGENT_ID: `agent-${name}`, DATA_PRODUCT_ID: name, AGENT_DOMAIN: `domain-${name}` },
      // Rules alone read what is said: no model is started.
      ...{ MODEL_MANIFEST: "no-models.json", ...settings },
    };
    this.root = createRoot("test", { db, settings: { ...env(), ...own } });
    this.ctx = systemContext(this.root, "test");
  }

  async card(url: string): Promise<RegisteredAgent> {
    const at = new Date().toISOString();
    return {
      ...{ ...this.address, url, broker_id: brokerIdOf(this.root.settings), capabilities: [] },
      ...{ jwks: PublicKeySet.parse(await getJwks({ ctx: this.ctx })), message_version: "1" },
      ...{ status: "online", registered_at: at, last_seen_at: at, lease_until: at, version: 1 },
    };
  }

  /** Has it in the directory of this side. */
  async meet(other: Side, url = "http://127.0.0.1:1"): Promise<void> {
    const card = await other.card(url);
    const { agent_id: agentId, product_id: productId, domain } = card;
    const row = { agentId, productId, domain, card };
    await this.db.insert(peers).values(row).onConflictDoUpdate({ target: peers.agentId, set: row });
  }

  /** Asks for messages to another side, in one transaction; answers their records' keys. */
  async send(to: Side, messages: readonly Partial<OutgoingMessage>[]): Promise<string[]> {
    const input = messages.map((message) => ({
      ...{ recipient: to.address, message_type: "quality_alert" as const, ttl_seconds: 600 },
      ...{ content: { table: "projects" }, ...message },
    }));
    const sent = await this.db.transaction((tx) => sendMessages({ ctx: this.ctx, tx, input }));
    return sent.map(({ record_id }) => record_id);
  }

  async message(id: string) {
    const [row] = await this.db.select().from(agentMessages).where(eq(agentMessages.messageId, id));
    return row;
  }

  /** How many messages are in each state. */
  async states(): Promise<Record<string, number>> {
    const rows = await this.db
      .select({ state: agentMessages.deliveryStatus, count: sql<number>`count(*)::int` })
      .from(agentMessages)
      .groupBy(agentMessages.deliveryStatus);
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }

  /** Messages for which an action was audited more than once. */
  async doubled(action: string): Promise<number> {
    const rows = await this.db
      .select({ id: auditEvents.subjectId })
      .from(auditEvents)
      .where(eq(auditEvents.action, action))
      .groupBy(auditEvents.subjectId)
      .having(sql`count(*) > 1`);
    return rows.length;
  }

  async forget(): Promise<void> {
    await this.db.delete(agentMessages);
    await this.db.delete(auditEvents);
    await this.db.update(peers).set({ failures: 0, openUntil: null, lastContactAt: null });
  }
}
