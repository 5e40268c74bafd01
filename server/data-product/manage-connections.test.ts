import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { auditEvents, productConnections } from "@/drizzle/schema";
import {
  closeRoot,
  createRoot,
  env,
  type Root,
  type ServiceContext,
  systemContext,
} from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import {
  applyServedProduct,
  checkConnection,
  connectDataProduct,
  connectProduct,
  disconnectProduct,
  followServedProduct,
  isProductPaused,
  pauseProduct,
  resumeProduct,
} from ".";
import {
  FAULTY_PRODUCT_ID,
  type FaultyProduct,
  startFaultyProduct,
} from "./testing/faulty-product";
import { text } from "./testing/misbehave";

const OWN = {
  ...{ DATA_PRODUCT_ID: "own", DATA_PRODUCT_API: "http://127.0.0.1:1" },
  AUTH_SECRET: "the secret of the product that the settings name",
};
let database: TestDatabase;
let faulty: FaultyProduct;
let root: Root;

beforeAll(async () => {
  [database, faulty] = await Promise.all([createTestDatabase(), startFaultyProduct()]);
});
beforeEach(async () => {
  root = createRoot("test", { db: database.db, settings: { ...env(), ...OWN } });
  faulty.mend();
  await database.db.delete(productConnections);
  await database.db.delete(auditEvents);
});
afterAll(async () => {
  await faulty.close();
  await database.drop();
});

const ctx = (): ServiceContext => systemContext(root, "test");
const asOperator = (): ServiceContext => ({
  ...ctx(),
  actor: { kind: "user", id: "o", label: "o@example.org", roles: ["operator", "reviewer"] },
});
const connect = (product_id: string, replaces: string | null) =>
  connectDataProduct({
    ctx: ctx(),
    input: { product_id, base_url: "http://127.0.0.1:2/api", replaces },
  });
const actions = async () =>
  (await database.db.select().from(auditEvents).orderBy(auditEvents.id)).map(
    ({ action }) => action,
  );

test("what is connected takes the place of the settings, and gives it back", async () => {
  await connect("orders", null);
  await applyServedProduct(root, OWN);
  expect(connectProduct({ ctx: ctx() })).toMatchObject({
    ...{ productId: "orders", baseUrl: "http://127.0.0.1:2/api" },
  });
  await disconnectProduct({ ctx: ctx(), input: { product_id: "orders" } });
  const again = disconnectProduct({ ctx: ctx(), input: { product_id: "orders" } });
  await expect(again).rejects.toMatchObject({ code: "conflict" });
  await applyServedProduct(root, OWN);
  expect(root.settings).toMatchObject(OWN);
  expect(await actions()).toEqual(["product.connect", "product.disconnect"]);
});

test("the secret of the settings' product opens no other product that is connected", async () => {
  await connect("orders", null);
  await applyServedProduct(root, OWN);
  expect(root.settings.AUTH_SECRET).toBeUndefined();
  await connect("own", "orders");
  await applyServedProduct(root, OWN);
  expect(root.settings.AUTH_SECRET).toBe(OWN.AUTH_SECRET);
});

test("a running process follows a connection that is made meanwhile, in contexts it has made before", async () => {
  const stop = await followServedProduct(root);
  const captured = ctx();
  await connect("orders", null);
  await vi.waitFor(() => expect(captured.settings.DATA_PRODUCT_ID).toBe("orders"));
  await stop();
});

test("a process starts with its own settings while the database does not answer", async () => {
  const settings = { ...env(), ...OWN, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
  const early = createRoot("test", { settings });
  const stop = await followServedProduct(early);
  expect(early.settings).toMatchObject(OWN);
  await stop();
  await closeRoot(early);
});

test("of two who connect in place of the same product one wins", async () => {
  await connect("orders", null);
  const outcomes = await Promise.allSettled([connect("a", "orders"), connect("b", "orders")]);
  expect(outcomes.filter(({ status }) => status === "rejected")).toMatchObject([
    { reason: { code: "conflict" } },
  ]);
  const served = await database.db
    .select()
    .from(productConnections)
    .where(eq(productConnections.isServed, true));
  expect(served).toHaveLength(1);
  expect(await actions()).toEqual(["product.connect", "product.connect"]);
});

test("a product of the settings is paused and resumed, each once", async () => {
  const input = { product_id: "own" };
  const both = (deed: typeof pauseProduct) =>
    Promise.allSettled([deed({ ctx: ctx(), input }), deed({ ctx: ctx(), input })]);
  for (const deed of [pauseProduct, resumeProduct]) {
    const outcomes = await both(deed);
    expect(outcomes.filter(({ status }) => status === "rejected")).toMatchObject([
      { reason: { code: "conflict" } },
    ]);
    const isPaused = await isProductPaused({ ctx: ctx(), input: { productId: "own" } });
    expect(isPaused).toBe(deed === pauseProduct);
  }
  expect(await actions()).toEqual(["product.pause", "product.resume"]);
  await applyServedProduct(root, OWN);
  expect(root.settings).toMatchObject(OWN);
});

test("the check explains each rule that an unconnected product breaks, with route and advice", async () => {
  const input = { product_id: FAULTY_PRODUCT_ID, base_url: faulty.url };
  const good = await checkConnection({ ctx: ctx(), input });
  expect(good.map(({ is_ok }) => is_ok)).toEqual([true, true, true, true, true]);
  faulty.misbehave("workload", text("not JSON"));
  const [, workload] = await checkConnection({ ctx: ctx(), input });
  expect(workload).toMatchObject({ route: "GET /connector/workload", is_ok: false });
  expect(workload?.detail).toContain(`${faulty.url}`);
  const other = await checkConnection({ ctx: ctx(), input: { ...input, product_id: "another" } });
  expect(other[0]).toMatchObject({ is_ok: false, fault: { code: "wrong_product" } });
  // Nothing that was not asked is called good.
  expect(other[3]).toMatchObject({ route: "GET /connector/export/{table}", is_asked: false });
  expect(await actions()).not.toContain("product.connect");
});

test.each(["ftp://127.0.0.1", "http://user:secret@127.0.0.1", "http://127.0.0.1/?key=1", "orders"])(
  "%s is no address to connect",
  async (base_url) => {
    const input = { product_id: "orders", base_url };
    const attempts = [
      connectDataProduct({ ctx: ctx(), input }),
      checkConnection({ ctx: ctx(), input }),
    ];
    for (const outcome of await Promise.allSettled(attempts)) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "invalid_input" } });
    }
  },
);

test("only who manages products checks, connects, pauses or resumes one", async () => {
  const input = { product_id: "orders", base_url: faulty.url };
  const attempts = [
    checkConnection({ ctx: asOperator(), input }),
    connectDataProduct({ ctx: asOperator(), input }),
    ...[disconnectProduct, pauseProduct, resumeProduct].map((deed) =>
      deed({ ctx: asOperator(), input: { product_id: "orders" } }),
    ),
  ];
  for (const outcome of await Promise.allSettled(attempts)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "forbidden" } });
  }
});
