import { randomBytes } from "node:crypto";
import { asc, eq } from "drizzle-orm";
import type { JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { productCredentials } from "@/drizzle/schema";
import { SIDECAR_ISSUER } from "@/server/contracts";
import { AppError, publish, recordAudit, type ServiceContext } from "@/server/platform";
import { type KeyContext, parseInput } from "./context";
import { assertCan } from "./permissions";
import { isJwksAddress, productKeySet } from "./product-jwks";
import { seal, unseal } from "./sealing";

const SECRET_LENGTH_MIN = 32;

const ProductId = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((id) => id !== SIDECAR_ISSUER, `must not be ${SIDECAR_ISSUER}`);

const TrustProduct = z
  .object({
    product_id: ProductId,
    /** Where the product publishes its public keys: https, or http on this machine. */
    jwks_url: z
      .string()
      .max(2000)
      .refine(isJwksAddress, "must be an https address without user name and password")
      .optional(),
    /** A secret shared with this product alone; without one and without `jwks_url` one is made. */
    secret: z
      .string()
      .min(SECRET_LENGTH_MIN, `must have at least ${SECRET_LENGTH_MIN} characters`)
      .max(1000)
      .optional(),
  })
  .refine(({ jwks_url, secret }) => jwks_url === undefined || secret === undefined, {
    message: "give jwks_url or secret, not both",
  });

type Row = typeof productCredentials.$inferSelect;

/** How a product proves who it is, as lists show it: no secret. `setting`: by AUTH_SECRET. */
export interface ProductCredential {
  productId: string;
  kind: "jwks" | "secret" | "setting";
  jwksUrl: string | null;
  createdBy: string | null;
  createdAt: Date | null;
}

function toPublicCredential({ sealedSecret, ...row }: Row): ProductCredential {
  return { ...row, kind: sealedSecret === null ? "jwks" : "secret" };
}

const auditedState = (row: Row | undefined) =>
  row === undefined ? null : { jwks_url: row.jwksUrl, has_secret: row.sealedSecret !== null };

/**
 * Says how a product's calls are told from anybody else's; replaces what was said before.
 * `secret` is answered only when it was made here, and never again.
 */
export async function trustProduct({
  ctx,
  input,
}: {
  ctx: KeyContext;
  input: z.input<typeof TrustProduct>;
}): Promise<{ credential: ProductCredential; secret: string | null }> {
  assertCan(ctx.actor, "key.manage");
  const { product_id: productId, jwks_url, secret: given } = parseInput(TrustProduct, input);
  if (given !== undefined && given === ctx.settings.SESSION_SECRET) {
    throw new AppError("invalid_input", "The secret must not be SESSION_SECRET.");
  }
  const made = jwks_url === undefined && given === undefined ? newSecret() : null;
  const secret = given ?? made;
  const values = {
    jwksUrl: jwks_url ?? null,
    sealedSecret:
      secret === null ? null : seal(ctx.settings, "product-secret", { owner: productId, secret }),
    createdBy: ctx.actor.label,
    createdAt: ctx.clock.now(),
  };
  return ctx.db.transaction(async (tx) => {
    const isThis = eq(productCredentials.productId, productId);
    const [before] = await tx.select().from(productCredentials).where(isThis).for("update");
    const [row] = await tx
      .insert(productCredentials)
      .values({ productId, ...values })
      .onConflictDoUpdate({ target: productCredentials.productId, set: values })
      .returning();
    if (row === undefined) throw new AppError("internal", "The credential was not stored.");
    await recordAudit(tx, ctx, {
      action: "product.trust",
      subjectType: "product",
      subjectId: productId,
      before: auditedState(before),
      after: auditedState(row),
    });
    await publish(tx, { topic: "identity", id: productId });
    return { credential: toPublicCredential(row), secret: made };
  });
}

const newSecret = () => randomBytes(48).toString("base64");

/** Every product whose calls are accepted, by id; never a secret. */
export async function listProductCredentials({
  ctx,
}: {
  ctx: KeyContext;
}): Promise<ProductCredential[]> {
  assertCan(ctx.actor, "key.manage");
  const rows = await ctx.db
    .select()
    .from(productCredentials)
    .orderBy(asc(productCredentials.productId));
  const { AUTH_SECRET, DATA_PRODUCT_ID } = ctx.settings;
  const isRegistered = rows.some(({ productId }) => productId === DATA_PRODUCT_ID);
  const bySetting: ProductCredential[] =
    AUTH_SECRET === undefined || isRegistered
      ? []
      : [
          {
            productId: DATA_PRODUCT_ID,
            kind: "setting",
            jwksUrl: null,
            createdBy: null,
            createdAt: null,
          },
        ];
  return [...rows.map(toPublicCredential), ...bySetting];
}

const UntrustProduct = z.object({ product_id: ProductId });

/** Refuses a product's calls from the next request on. Throws `not_found`, or `conflict`. */
export async function untrustProduct({
  ctx,
  input,
}: {
  ctx: KeyContext;
  input: z.input<typeof UntrustProduct>;
}): Promise<ProductCredential> {
  assertCan(ctx.actor, "key.manage");
  const { product_id: productId } = parseInput(UntrustProduct, input);
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .delete(productCredentials)
      .where(eq(productCredentials.productId, productId))
      .returning();
    if (row === undefined) throw notTrusted(ctx, productId);
    await recordAudit(tx, ctx, {
      action: "product.untrust",
      subjectType: "product",
      subjectId: productId,
      before: auditedState(row),
    });
    await publish(tx, { topic: "identity", id: productId });
    return toPublicCredential(row);
  });
}

function notTrusted({ settings }: KeyContext, productId: string): AppError {
  if (settings.AUTH_SECRET !== undefined && productId === settings.DATA_PRODUCT_ID) {
    return new AppError(
      "conflict",
      `${productId} is trusted by AUTH_SECRET and DATA_PRODUCT_ID: unset AUTH_SECRET and restart.`,
    );
  }
  return new AppError("not_found", `No credential of ${productId} is registered.`);
}

/** What a product's tokens are checked with. */
export type ProductVerifier =
  | { kind: "secret"; secret: Uint8Array }
  | { kind: "jwks"; getKey: JWTVerifyGetKey };

/**
 * A product's own verifier: what is registered for it, else AUTH_SECRET where it is the product
 * that setting is for. null for every other product: no credential opens two of them.
 */
export async function findProductVerifier(
  { db, settings }: Pick<ServiceContext, "db" | "settings">,
  productId: string,
): Promise<ProductVerifier | null> {
  const [row] = await db
    .select()
    .from(productCredentials)
    .where(eq(productCredentials.productId, productId));
  if (row === undefined) {
    const { AUTH_SECRET, DATA_PRODUCT_ID } = settings;
    if (AUTH_SECRET === undefined || productId !== DATA_PRODUCT_ID) return null;
    return { kind: "secret", secret: Buffer.from(AUTH_SECRET) };
  }
  if (row.jwksUrl !== null) return { kind: "jwks", getKey: productKeySet(row.jwksUrl) };
  const sealed = row.sealedSecret ?? "";
  const secret = unseal(settings, "product-secret", { owner: productId, sealed });
  return { kind: "secret", secret: Buffer.from(secret) };
}
