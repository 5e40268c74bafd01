import { and, eq, isNotNull } from "drizzle-orm";
import { productConnections } from "@/drizzle/schema";
import type { Root, ServiceContext } from "@/server/platform";

type ProductSettings = Pick<
  Root["settings"],
  "DATA_PRODUCT_ID" | "DATA_PRODUCT_API" | "AUTH_SECRET"
>;

/** A missed event costs no more than this until the change counts. */
const LOOK_MS = 15_000;

/** The product that was connected in the browser; undefined: none, the settings count. */
async function findServed({ db }: Pick<Root, "db">) {
  const [row] = await db
    .select()
    .from(productConnections)
    .where(eq(productConnections.isServed, true));
  return row;
}

/**
 * Has this process serve the product that was connected in the browser, in place of DATA_PRODUCT_ID
 * and DATA_PRODUCT_API: `own`, which count where there is none. AUTH_SECRET stays the secret of the
 * product that the settings name: it opens no other. The settings are one object of the process, which
 * all its contexts hold: they are changed in place.
 */
export async function applyServedProduct(
  root: Pick<Root, "db" | "settings">,
  own: ProductSettings = root.settings,
): Promise<void> {
  const served = await findServed(root);
  const { DATA_PRODUCT_ID, DATA_PRODUCT_API, AUTH_SECRET } = own;
  const isOwn = served === undefined || served.productId === DATA_PRODUCT_ID;
  const chosen: ProductSettings = {
    DATA_PRODUCT_ID: served?.productId ?? DATA_PRODUCT_ID,
    DATA_PRODUCT_API: served?.baseUrl ?? DATA_PRODUCT_API,
    AUTH_SECRET: isOwn ? AUTH_SECRET : undefined,
  };
  Object.assign(root.settings, chosen);
}

/**
 * Does so, and follows changes of it until the answered function is called. While the database does not
 * answer, the settings count as they are.
 */
export async function followServedProduct(root: Root): Promise<() => Promise<void>> {
  const { DATA_PRODUCT_ID, DATA_PRODUCT_API, AUTH_SECRET } = root.settings;
  const own = { DATA_PRODUCT_ID, DATA_PRODUCT_API, AUTH_SECRET };
  const warn = (error: unknown) =>
    root.log.warn({ err: error }, "the connected data product is not known");
  let looking = Promise.resolve();
  const look = () => {
    looking = looking.then(() => applyServedProduct(root, own)).catch(warn);
    return looking;
  };
  // Before the first look, so that no connection made in between is missed.
  const unsubscribe = await root.bus
    .subscribe((event) => {
      if (event.topic === "connection") void look();
    })
    .catch((error: unknown) => {
      warn(error);
      return async () => {};
    });
  await look();
  const timer = setInterval(look, LOOK_MS);
  return async () => {
    clearInterval(timer);
    await unsubscribe();
    await looking;
  };
}

/** True while an administrator has paused this product: it is not observed, tested or changed. */
export async function isProductPaused({
  ctx,
  input: { productId },
}: {
  ctx: Pick<ServiceContext, "db">;
  input: { productId: string };
}): Promise<boolean> {
  const isThis = eq(productConnections.productId, productId);
  return (
    (await ctx.db.$count(productConnections, and(isThis, isNotNull(productConnections.pausedAt)))) >
    0
  );
}
