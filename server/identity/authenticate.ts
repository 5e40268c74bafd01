import { eq } from "drizzle-orm";
import { dataProducts } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { AppError, type ServiceContext } from "@/server/platform";
import { isApiKeyShaped, loadApiKeyActor } from "./api-keys";
import { VISITING_PRODUCT_PERMISSIONS } from "./permissions";
import { assertSessionWrite } from "./same-origin";
import { findSessionActor } from "./session";
import { verifyToken } from "./tokens";
import { loadUserActor } from "./users";

type AuthContext = Pick<ServiceContext, "db" | "settings" | "clock">;

async function actorOfToken(ctx: AuthContext, token: string): Promise<Actor> {
  const { kind, subject } = await verifyToken({ ctx, input: { token } });
  if (kind === "user") return loadUserActor(ctx.db, subject);
  const actor: Actor = { kind, id: subject, label: subject, roles: [kind] };
  if (kind !== "data-product" || (await isServed(ctx, subject))) return actor;
  return { ...actor, scopes: [...VISITING_PRODUCT_PERMISSIONS] };
}

/** True for the product of this installation, and for any other that one of its provers observes. */
async function isServed({ db, settings }: AuthContext, productId: string): Promise<boolean> {
  if (productId === settings.DATA_PRODUCT_ID) return true;
  return (await db.$count(dataProducts, eq(dataProducts.productId, productId))) > 0;
}

async function actorOfBearer(ctx: AuthContext, authorization: string): Promise<Actor> {
  const [scheme, credential, ...rest] = authorization.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== "bearer" || credential === undefined || rest.length > 0) {
    throw new AppError("unauthenticated", "Authorization must be `Bearer <token>`.");
  }
  return isApiKeyShaped(credential)
    ? loadApiKeyActor(ctx, credential)
    : actorOfToken(ctx, credential);
}

/**
 * Who calls: `Authorization: Bearer` (JWT or API key), else `X-API-Key`, else the session cookie.
 * null when no credential came (or a session that no longer counts).
 * Throws `unauthenticated` for a credential that does not hold, `forbidden` for a session's write that
 * another site's page may have sent.
 */
export async function authenticate({
  ctx,
  input: { request },
}: {
  ctx: AuthContext;
  input: { request: Pick<Request, "headers" | "method" | "url"> };
}): Promise<Actor | null> {
  const { headers } = request;
  const authorization = headers.get("authorization");
  if (authorization !== null) return actorOfBearer(ctx, authorization);
  const apiKey = headers.get("x-api-key");
  if (apiKey !== null) return loadApiKeyActor(ctx, apiKey.trim());
  // A browser sends its cookie along when another site calls us: such a call is nobody's.
  if (headers.get("sec-fetch-site") === "cross-site") return null;
  const actor = await findSessionActor({ ctx, input: { headers } });
  if (actor !== null) assertSessionWrite({ ctx, input: { request } });
  return actor;
}
