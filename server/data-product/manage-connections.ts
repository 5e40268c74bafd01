import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { z } from "zod";
import { productConnections } from "@/drizzle/schema";
import { type ConnectorCheck, SIDECAR_ISSUER } from "@/server/contracts";
import { assertCan, parseInput, signConnectorToken } from "@/server/identity";
import {
  AppError,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { checkConnector } from "./check-connector";
import { createConnectorClient } from "./connector-client";
import { limitCalls } from "./limit-calls";

const TOKEN_SECONDS = 300;
/** Of all routes together: somebody waits for the answer. */
const CHECK_MS_MAX = 60_000;

const ProductId = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((id) => id !== SIDECAR_ISSUER, `must not be ${SIDECAR_ISSUER}`);

/** Below it lies /connector. Nothing in it is a secret, so that it can be shown and logged. */
const BaseUrl = z
  .string()
  .trim()
  .max(2000)
  .pipe(z.url({ protocol: /^https?$/, error: "must be an http or https address" }))
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { username, password, search, hash } = new URL(text);
    return [username, password, search, hash].every((part) => part === "");
  }, "must be an address without user name, query or fragment");

const Connection = z.object({ product_id: ProductId, base_url: BaseUrl });
type Connection = z.input<typeof Connection>;

/**
 * Asks each reading route of a product that need not be connected yet, and says in words what is
 * wrong with its answers. Changes nothing, here or there. Throws `forbidden`, `invalid_input`.
 */
export async function checkConnection({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: Connection;
}): Promise<ConnectorCheck[]> {
  assertCan(ctx.actor, "product.manage");
  const { product_id: productId, base_url: baseUrl } = parseInput(Connection, input);
  const token = { subject: ctx.settings.AGENT_ID, audience: productId, ttl_seconds: TOKEN_SECONDS };
  const getToken = () => signConnectorToken({ ctx, input: token });
  const client = createConnectorClient({ baseUrl, productId, getToken });
  const product = limitCalls(client, AbortSignal.timeout(CHECK_MS_MAX));
  return checkConnector({ ctx, input: { product } });
}

type Row = typeof productConnections.$inferSelect;

const addressOf = (row: Row | undefined) =>
  row === undefined ? null : { product_id: row.productId, base_url: row.baseUrl };

async function holdServed(tx: Transaction): Promise<Row | undefined> {
  const [row] = await tx
    .select()
    .from(productConnections)
    .where(eq(productConnections.isServed, true))
    .for("update");
  return row;
}

const ConnectProduct = Connection.extend({
  /** Which product was served when this was decided; null: none that was connected here. */
  replaces: z.string().nullable().optional(),
});

/**
 * Has the sidecar serve this product from now on, in place of what it served. What was measured of
 * another stays with that one. Throws `conflict` when the served product is not the expected one.
 */
export async function connectDataProduct({
  ctx,
  input,
}: {
  ctx: Pick<ServiceContext, "db" | "actor" | "requestId" | "clock">;
  input: z.input<typeof ConnectProduct>;
}): Promise<void> {
  assertCan(ctx.actor, "product.manage");
  const { product_id: productId, base_url: baseUrl, replaces } = parseInput(ConnectProduct, input);
  await ctx.db.transaction(async (tx) => {
    const before = await holdServed(tx);
    if (replaces !== undefined && replaces !== (before?.productId ?? null)) {
      throw new AppError("conflict", "Somebody else has connected another product meanwhile.");
    }
    await tx
      .update(productConnections)
      .set({ isServed: false })
      .where(eq(productConnections.isServed, true));
    const connectedAt = ctx.clock.now();
    const values = { baseUrl, isServed: true, connectedBy: ctx.actor.label, connectedAt };
    await tx
      .insert(productConnections)
      .values({ productId, ...values })
      .onConflictDoUpdate({ target: productConnections.productId, set: values });
    await recordAudit(tx, ctx, {
      action: "product.connect",
      subjectType: "product",
      subjectId: productId,
      before: addressOf(before),
      after: { product_id: productId, base_url: baseUrl },
    });
    await publish(tx, { topic: "connection", id: productId });
  });
}

const OneProduct = z.object({ product_id: ProductId });
type ById = {
  ctx: Pick<ServiceContext, "db" | "actor" | "requestId" | "clock">;
  input: { product_id: string };
};

/** Has the sidecar serve what its settings name again. Throws `conflict` when this is not served. */
export async function disconnectProduct({ ctx, input }: ById): Promise<void> {
  assertCan(ctx.actor, "product.manage");
  const { product_id: productId } = parseInput(OneProduct, input);
  const isThis = and(
    eq(productConnections.productId, productId),
    eq(productConnections.isServed, true),
  );
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(productConnections)
      .set({ isServed: false })
      .where(isThis)
      .returning();
    if (row === undefined) {
      throw new AppError("conflict", `${productId} is not connected in the browser.`);
    }
    await recordAudit(tx, ctx, {
      action: "product.disconnect",
      subjectType: "product",
      subjectId: productId,
      before: addressOf(row),
    });
    await publish(tx, { topic: "connection", id: productId });
  });
}

/**
 * Leaves a product alone: it is not observed, no test run starts, and executions and rollbacks wait.
 * What runs already ends as it would. Throws `conflict` when it is paused already.
 */
export async function pauseProduct({ ctx, input }: ById): Promise<void> {
  assertCan(ctx.actor, "product.manage");
  const { product_id: productId } = parseInput(OneProduct, input);
  const paused = { pausedAt: ctx.clock.now(), pausedBy: ctx.actor.label };
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(productConnections)
      .values({ productId, ...paused })
      .onConflictDoUpdate({
        target: productConnections.productId,
        set: paused,
        setWhere: isNull(productConnections.pausedAt),
      })
      .returning();
    if (row === undefined) throw new AppError("conflict", `${productId} is paused already.`);
    await auditPause(tx, ctx, { productId, action: "product.pause", isPaused: true });
  });
}

/** Observes and serves a paused product again. Throws `conflict` when it is not paused. */
export async function resumeProduct({ ctx, input }: ById): Promise<void> {
  assertCan(ctx.actor, "product.manage");
  const { product_id: productId } = parseInput(OneProduct, input);
  const isThis = eq(productConnections.productId, productId);
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(productConnections)
      .set({ pausedAt: null, pausedBy: null })
      .where(and(isThis, isNotNull(productConnections.pausedAt)))
      .returning();
    if (row === undefined) throw new AppError("conflict", `${productId} is not paused.`);
    await auditPause(tx, ctx, { productId, action: "product.resume", isPaused: false });
  });
}

async function auditPause(
  tx: Transaction,
  ctx: ById["ctx"],
  { productId, action, isPaused }: { productId: string; action: string; isPaused: boolean },
): Promise<void> {
  await recordAudit(tx, ctx, {
    ...{ action, subjectType: "product", subjectId: productId },
    before: { is_paused: !isPaused },
    after: { is_paused: isPaused },
  });
  await publish(tx, { topic: "connection", id: productId });
}
