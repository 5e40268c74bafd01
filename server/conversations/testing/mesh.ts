import { and, asc, eq, isNull, or } from "drizzle-orm";
import {
  agentMessages,
  conversations,
  dataProducts,
  operations,
  peers,
  suggestionItems,
  suggestions,
} from "@/drizzle/schema";
import { compilePlan } from "@/server/advisor";
import {
  type AgentAddress,
  type ConversationDetail,
  MESSAGE_CONTENTS,
  type MessageContent,
  type MessageEnvelope,
  type MessageType,
  makeVerdict,
  type ProductSchema,
  type RegisteredAgent,
} from "@/server/contracts";
import {
  approveSuggestion,
  rejectSuggestion,
  transitionOperation,
  transitionSuggestion,
} from "@/server/decisions";
import { ACTORS, candidateOf, emptySchema } from "@/server/decisions/testing/fixtures";
import { requestRevert } from "@/server/execution";
import { completeOperation, failOperation } from "@/server/execution/finish-operation";
import {
  type HandlingOutcome,
  type MessageRow,
  type ReceivedMessage,
  refuseMessage,
  sendMessage,
} from "@/server/messaging";
import {
  AppError,
  contextFor,
  createRoot,
  env,
  newId,
  type Root,
  type ServiceContext,
  type Settings,
  systemContext,
} from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { advanceConversation, getConversation, messageHandlers } from "../index";

/** One sidecar of a mesh: a database, an agent and a product of its own. */
export class Member {
  constructor(
    readonly root: Root,
    readonly database: TestDatabase,
    readonly address: AgentAddress,
    readonly schema: ProductSchema,
  ) {}

  get system(): ServiceContext {
    return systemContext(this.root, "courier");
  }

  get reviewer(): ServiceContext {
    return contextFor(this.root, ACTORS.reviewer);
  }

  get db() {
    return this.database.db;
  }

  read(id: string): Promise<ConversationDetail> {
    return getConversation({ ctx: this.reviewer, input: { conversation_id: id } });
  }

  async suggestionOf(id: string): Promise<string> {
    const { suggestion_id } = await this.read(id);
    if (suggestion_id === null) throw new Error(`${this.address.agent_id} has no suggestion.`);
    return suggestion_id;
  }

  /** Its test run ends without items. */
  async report(id: string, transition: "publishAdvice" | "reportNoGain"): Promise<void> {
    const suggestionId = await this.suggestionOf(id);
    await this.db.transaction((tx) =>
      transitionSuggestion({ tx, ctx: this.system, input: { id: suggestionId, transition } }),
    );
  }

  /** Its test run ends: the change fits, at a cost where one is named, or does not. */
  async prove(id: string, fits = true, cost: string | null = null): Promise<void> {
    const suggestionId = await this.suggestionOf(id);
    const { own_changes: changes } = await this.read(id);
    const items = changes.map((change, ordinal) => ({
      ...{ id: newId("item"), suggestionId, ordinal },
      role: fits ? ("suggested" as const) : ("alternative" as const),
      ...(cost !== null && { verdict: makeVerdict("fits_with_cost", cost) }),
      candidate: {
        ...candidateOf(change, compilePlan(this.schema.tables, [change])),
        ...(cost !== null && { drawbacks: [cost, "Another one."] }),
      },
    }));
    await this.db.insert(suggestionItems).values(items);
    await this.report(id, fits ? "publishAdvice" : "reportNoGain");
  }

  async approve(id: string): Promise<void> {
    const input = { suggestion_id: await this.suggestionOf(id), reason: "" };
    await approveSuggestion({ ctx: this.reviewer, input });
  }

  async reject(id: string, reason = "Not now."): Promise<void> {
    const input = { suggestion_id: await this.suggestionOf(id), reason };
    await rejectSuggestion({ ctx: this.reviewer, input });
  }

  /** The product has run what was asked of it: the execution, or its rollback; or it failed. */
  async finish(id: string, kind: "execute" | "revert" = "execute", isDone = true): Promise<void> {
    const suggestionId = await this.suggestionOf(id);
    const ctx = this.system;
    const [queued] = await this.db
      .select()
      .from(operations)
      .where(and(eq(operations.suggestionId, suggestionId), eq(operations.kind, kind)));
    if (queued === undefined) throw new Error(`${this.address.agent_id} has no ${kind}.`);
    const row = await this.db.transaction((tx) =>
      transitionOperation({ tx, ctx, input: { id: queued.id, transition: "start" } }),
    );
    if (!isDone) {
      const error = new AppError("product_refused", "The disk is full.");
      return failOperation({ ctx, input: { row, error } });
    }
    const at = ctx.clock.now().toISOString();
    await completeOperation({
      ctx,
      input: {
        row,
        outcome: {
          ...{ operation_id: row.id, state: "succeeded", statements: [], error: null },
          ...{ schema_fingerprint_before: "schema-1", schema_fingerprint_after: "schema-2" },
          ...{ started_at: at, finished_at: at },
        },
      },
    });
  }

  /** How often its product was asked to do something for the conversation. */
  async operationsOf(id: string): Promise<number> {
    return this.db.$count(operations, eq(operations.suggestionId, await this.suggestionOf(id)));
  }

  /** A person asks for the rollback of what was executed. */
  async requestRollback(id: string): Promise<void> {
    const input = { suggestion_id: await this.suggestionOf(id) };
    await requestRevert({ ctx: this.reviewer, input });
  }

  async stateOfSuggestion(id: string): Promise<string> {
    const [row] = await this.db
      .select({ state: suggestions.state })
      .from(suggestions)
      .where(eq(suggestions.id, await this.suggestionOf(id)));
    return row?.state ?? "none";
  }
}

export interface MemberGiven {
  name: string;
  domain: string;
  tables?: ProductSchema["tables"];
  /** Of a product that answers: what a test asks of it is observed, sampled and tested there. */
  settings?: Partial<Settings>;
}

/** Several sidecars that know each other, and a courier between them. */
export class Mesh {
  nowMs = Date.UTC(2026, 0, 1);

  private constructor(readonly members: Member[]) {}

  static async create(given: readonly MemberGiven[]): Promise<Mesh> {
    const mesh = new Mesh([]);
    for (const each of given) mesh.members.push(await mesh.makeMember(each));
    for (const member of mesh.members) await mesh.introduce(member);
    return mesh;
  }

  private async makeMember(given: MemberGiven): Promise<Member> {
    const { name, domain, tables = [] } = given;
    const database = await createTestDatabase();
    const address = { agent_id: `agent-${name}`, product_id: name, domain };
    const settings = {
      ...env(),
      ...{ AGENT_ID: address.agent_id, DATA_PRODUCT_ID: name, AGENT_DOMAIN: domain },
      ...given.settings,
    };
    const root = createRoot("test", { db: database.db, settings });
    const clock = { now: () => new Date(this.nowMs) };
    const schema = emptySchema({ product_id: name, domain, tables });
    await database.db.insert(dataProducts).values({
      ...{ productId: name, domain, baseUrl: "http://127.0.0.1:1", schema },
      ...{ schemaFingerprint: schema.schema_fingerprint, dataVersion: schema.data_version },
    });
    return new Member({ ...root, clock }, database, address, schema);
  }

  /** Every other member stands in its directory. */
  private async introduce(member: Member): Promise<void> {
    const at = new Date(this.nowMs).toISOString();
    const others = this.members.filter((other) => other !== member);
    if (others.length === 0) return;
    await member.db.insert(peers).values(
      others.map(({ address }) => ({
        ...{ agentId: address.agent_id, productId: address.product_id, domain: address.domain },
        card: {
          ...{ ...address, url: "http://127.0.0.1:1", broker_id: null, capabilities: [] },
          ...{ jwks: { keys: [] }, message_version: "1", status: "online" },
          ...{ registered_at: at, last_seen_at: at, lease_until: at, version: 1 },
        } as unknown as RegisteredAgent,
      })),
    );
  }

  async close(): Promise<void> {
    for (const { database } of this.members) await database.drop();
  }

  passHours(hours: number): void {
    this.nowMs += hours * 3_600_000;
  }

  /** Delivers and handles messages and carries conversations on until nothing moves any more. */
  async run(options: { reversed?: boolean; twice?: boolean } = {}): Promise<void> {
    for (let round = 0; round < 30; round += 1) {
      for (const member of this.members) await this.advance(member);
      const carried = await this.carry(options);
      const handled = await this.handle();
      if (carried + handled === 0) return;
    }
    throw new Error("The mesh does not come to rest.");
  }

  async advance({ db, system }: Member): Promise<void> {
    const open = await db
      .select({ id: conversations.id })
      .from(conversations)
      .where(or(isNull(conversations.endedAt), eq(conversations.state, "synced")));
    for (const { id } of open) {
      await advanceConversation({ ctx: system, input: { conversation_id: id } });
    }
  }

  /** From each outbox to the recipient's store. */
  private async carry({
    reversed,
    twice,
  }: {
    reversed?: boolean;
    twice?: boolean;
  }): Promise<number> {
    let count = 0;
    for (const sender of this.members) {
      const rows = await sender.db
        .select()
        .from(agentMessages)
        .where(
          and(eq(agentMessages.direction, "outbound"), eq(agentMessages.deliveryStatus, "queued")),
        )
        .orderBy(asc(agentMessages.sequence));
      if (reversed) rows.reverse();
      for (const row of twice ? [...rows, ...rows] : rows) {
        await this.store(row);
        await sender.db
          .update(agentMessages)
          .set({ deliveryStatus: "delivered" })
          .where(eq(agentMessages.messageId, row.messageId));
        count += 1;
      }
    }
    return count;
  }

  private async store(row: MessageRow): Promise<void> {
    const recipient = this.members.find(({ address }) => address.agent_id === row.recipientId);
    await recipient?.db
      .insert(agentMessages)
      .values({
        ...row,
        ...{ direction: "inbound", deliveryStatus: "received", signatureState: "verified" },
        ...{ via: "http", createdAt: new Date(this.nowMs) },
      })
      .onConflictDoNothing();
  }

  /** Hands a message over as its courier would, whatever the sender's own sidecar thinks of it. */
  async post(given: {
    from: Member;
    to: Member;
    type: MessageType;
    content: Record<string, unknown>;
    isSuspect: boolean;
    /** A person released it from quarantine. */
    isReleased?: boolean;
  }): Promise<HandlingOutcome & { recordId: string }> {
    const { from, to, type, content, isSuspect, isReleased = false } = given;
    const [sent] = await from.db.transaction(async (tx) => {
      const { record_id } = await sendMessage({
        ...{ ctx: from.system, tx },
        input: { recipient: to.address, message_type: type, content, ttl_seconds: 3600 },
      });
      return tx
        .update(agentMessages)
        .set({ deliveryStatus: "delivered" })
        .where(eq(agentMessages.messageId, record_id))
        .returning();
    });
    if (sent === undefined) throw new Error("The message was not stored.");
    const places = ["/content/details/purpose"];
    const screening = {
      is_suspect: isSuspect,
      score: 1,
      by: "rules" as const,
      model: null,
      places,
    };
    const conversationId = (content.conversation_id as string | undefined) ?? sent.messageId;
    const releasedAt = isReleased ? new Date(this.nowMs) : null;
    const row = { ...sent, conversationId, screening, releasedAt };
    await this.store(row);
    return { ...(await this.handleOne(to, row)), recordId: sent.messageId };
  }

  /** What one has sent another and is on its way comes there, is held as suspect, and is refused by a person. */
  async refuse({ from, to }: { from: Member; to: Member }): Promise<void> {
    const isWaiting = and(
      eq(agentMessages.direction, "outbound"),
      eq(agentMessages.deliveryStatus, "queued"),
      eq(agentMessages.recipientId, to.address.agent_id),
    );
    const rows = await from.db.select().from(agentMessages).where(isWaiting);
    for (const row of rows) {
      await this.store(row);
      await to.db
        .update(agentMessages)
        .set({ deliveryStatus: "quarantined" })
        .where(eq(agentMessages.messageId, row.messageId));
      const input = { record_id: row.messageId, reason: "An attack." };
      await refuseMessage({ ctx: to.system, input });
    }
    await from.db.update(agentMessages).set({ deliveryStatus: "delivered" }).where(isWaiting);
  }

  private async handle(): Promise<number> {
    let count = 0;
    for (const member of this.members) {
      const rows = await member.db
        .select()
        .from(agentMessages)
        .where(
          and(
            eq(agentMessages.direction, "inbound"),
            eq(agentMessages.deliveryStatus, "received"),
            isNull(agentMessages.finishedAt),
          ),
        );
      for (const row of rows) {
        const { outcome } = await this.handleOne(member, row);
        if (outcome !== "not_yet") count += 1;
      }
    }
    return count;
  }

  private handleOne({ db, system }: Member, row: MessageRow): Promise<HandlingOutcome> {
    return db.transaction(async (tx) => {
      const message = toReceived(row);
      const said = (await messageHandlers[message.type](system, tx, message as never)) ?? {
        outcome: "handled" as const,
      };
      if (said.outcome === "not_yet") return said;
      await tx
        .update(agentMessages)
        .set(
          said.outcome === "handled"
            ? { deliveryStatus: "handled" }
            : { deliveryStatus: "dead", deadReason: "out_of_place" },
        )
        .where(eq(agentMessages.messageId, row.messageId));
      return said;
    });
  }
}

function toReceived(row: MessageRow): ReceivedMessage<MessageType> {
  const type = row.messageType as MessageType;
  return {
    ...{ recordId: row.messageId, type, row },
    content: MESSAGE_CONTENTS[type].parse(row.content) as MessageContent<MessageType>,
    envelope: JSON.parse(row.envelope) as MessageEnvelope,
  };
}

/** An observed table: its columns with their types, a key, and so many rows. */
export function tableOf(
  name: string,
  columns: Record<string, string>,
  { rows = 1000, key }: { rows?: number; key?: string } = {},
): ProductSchema["tables"][number] {
  return {
    ...{ name, row_count: rows, estimated_bytes: rows * 100, indexes: [] },
    columns: Object.entries(columns).map(([column, type]) => ({
      ...{ name: column, type, nullable: column !== key, default_sql: null },
      statistics: { distinct_count: rows, null_fraction: 0, min: null, max: null },
    })),
    constraints:
      key === undefined
        ? []
        : [{ type: "PRIMARY KEY", columns: [key], sql: `PRIMARY KEY(${key})` }],
  };
}
