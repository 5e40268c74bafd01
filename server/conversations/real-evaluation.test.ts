import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProof } from "@/server/decisions";
import { createTestProduct, type TestProduct } from "@/server/proving/testing/product";
import { type Member, Mesh } from "./testing/mesh";
import { begin, FINANCE, statesOf } from "./testing/schema-change";

/** The product of whoever is asked is a real one: its related change is tested on a shadow copy. */
let mesh: Mesh;
let product: TestProduct;
let folder: string;
let finance: Member;
let risk: Member;
beforeAll(async () => {
  product = await createTestProduct(5000);
  folder = await mkdtemp(join(tmpdir(), "sidecar-evaluation-"));
  const { product_id: name } = product.schema;
  mesh = await Mesh.create([FINANCE, { name, domain: "risk", tables: product.schema.tables }]);
  [finance, risk] = mesh.members as [Member, Member];
});
afterAll(async () => {
  await mesh.close();
  product.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a prover does with the related change. */
async function proveReally(id: string): Promise<void> {
  const now = new Date().toISOString();
  const workload = { product_id: product.product.productId, since: now, until: now, patterns: [] };
  await runProof({
    ctx: risk.system,
    input: {
      suggestionId: await risk.suggestionOf(id),
      product: {
        ...product.product,
        getSchema: () =>
          Promise.resolve({ ...risk.schema, data_version: product.schema.data_version }),
        getWorkload: () => Promise.resolve({ ...workload, dropped_calls: 0 }),
      },
      dirs: { cacheDir: join(folder, "cache"), workDir: join(folder, "work") },
      isBusy: () => Promise.resolve(false),
      signal: new AbortController().signal,
    },
  });
}

async function propose(details: Record<string, unknown>): Promise<string> {
  const { conversation_id: id } = await begin(finance, [{ domain: "risk" }], details);
  await finance.prove(id);
  await mesh.run();
  return id;
}

test("the same column on the mirror is tested on a copy, and the acceptance carries what was measured", async () => {
  const id = await propose({});
  await proveReally(id);
  await mesh.run();
  expect(await risk.read(id)).toMatchObject({ state: "awaiting_approval" });
  await risk.approve(id);
  await mesh.run();
  const { parties } = await finance.read(id);
  expect(parties[0]).toMatchObject({
    state: "accepted",
    evidence: {
      ...{ is_measured: true, rows: 5000, suggestion_id: await risk.suggestionOf(id) },
      touches: expect.arrayContaining([{ kind: "table", name: "projects", rows: 5000 }]),
    },
  });
}, 60_000);

test("a key that is named but whose values repeat is found out on the copy, and rejected with the count", async () => {
  const references = { product_id: "test-product", table: "projects", column: "maturity_years" };
  const id = await propose({ column_name: "term", column_type: "INTEGER", references });
  expect((await risk.read(id)).own_changes).toMatchObject([
    { kind: "add_constraint", columns: ["maturity_years"] },
    { kind: "add_column", column: "term" },
  ]);
  await proveReally(id);
  await mesh.run();
  expect(await statesOf([finance, risk], id)).toEqual(["rejected", "rejected"]);
  expect((await finance.read(id)).status_note).toMatch(/maturity_years/);
}, 60_000);
