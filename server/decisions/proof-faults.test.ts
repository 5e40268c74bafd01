import { mkdtemp, rm } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PRODUCT_FAULTS, type ProductFaultCode } from "@/server/contracts";
import { faultOf } from "@/server/data-product";
import {
  exportOf,
  FAULTY_PRODUCT_ID,
  type FaultyProduct,
  parquetOf,
  schemaWith,
  startFaultyProduct,
} from "@/server/data-product/testing/faulty-product";
import { hang } from "@/server/data-product/testing/misbehave";
import { getProduct, observeProduct } from "@/server/knowledge";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { getSuggestion } from "./read-suggestions";
import { runProof } from "./run-proof";
import { ACTORS, contextOf, storeSuggestion } from "./testing/fixtures";

const BUDGET_SECONDS = 1;
let database: TestDatabase;
let faulty: FaultyProduct;
let folder: string;
let odd: Record<"texts" | "nulls" | "renamed", Buffer>;
beforeAll(async () => {
  database = await createTestDatabase();
  faulty = await startFaultyProduct();
  folder = await mkdtemp(join(tmpdir(), "proof-faults-"));
  const from = "FROM range(20) r(i)";
  odd = {
    texts: await parquetOf(`SELECT 'no number' AS id, 'x' AS customer ${from}`),
    nulls: await parquetOf(`SELECT NULL::BIGINT AS id, 'x' AS customer ${from}`),
    renamed: await parquetOf(`SELECT i AS other, 'x' AS customer ${from}`),
  };
  const input = { product: faulty.product, baseUrl: faulty.url };
  await observeProduct({ ctx: ctx(), input });
});
afterAll(async () => {
  await faulty.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => faulty.mend());

const ctx = () => {
  const context = contextOf(database.db, ACTORS.reviewer);
  const settings = { DATA_PRODUCT_ID: FAULTY_PRODUCT_ID, PROOF_SEARCH_SECONDS_MAX: 0 };
  return { ...context, settings: { ...context.settings, ...settings } };
};

async function store(budgetSeconds: number): Promise<string> {
  const { id } = await storeSuggestion(database.db, {
    ...{ state: "proving", productId: FAULTY_PRODUCT_ID },
    context: { budget_seconds: budgetSeconds },
  });
  return id;
}

const prove = (suggestionId: string) =>
  runProof({
    ctx: ctx(),
    input: {
      ...{ suggestionId, product: faulty.product },
      dirs: { cacheDir: join(folder, "cache", suggestionId), workDir: join(folder, "work") },
      isBusy: () => Promise.resolve(false),
      signal: new AbortController().signal,
    },
  });

const faults = async () => (await getProduct({ ctx: ctx() }))?.faults;

test.each<["schema" | "workload" | "export"]>([["schema"], ["workload"], ["export"]])(
  "a %s that hangs ends the proof with its time, and is said of the product",
  async (route) => {
    faulty.misbehave(route, hang);
    const startedMs = performance.now();
    const error = await prove(await store(BUDGET_SECONDS)).catch((thrown: unknown) => thrown);
    expect(performance.now() - startedMs).toBeLessThan(BUDGET_SECONDS * 1000 + 2000);
    expect(error).toMatchObject({ code: "product_timeout" });
    const fault = faultOf(error);
    expect(fault?.message).toContain(`${faulty.url}/connector/${route}`);
    expect(await faults()).toEqual([fault]);
  },
);

const types = (type: string): RequestListener =>
  schemaWith((schema) => void Object.assign(schema.tables[0]?.columns[0] ?? {}, { type }));

test.each<[string, "schema" | "export", () => RequestListener, ProductFaultCode]>([
  ["texts in a column of numbers", "export", () => exportOf(odd.texts), "unreadable_rows"],
  ["NULL where none may be", "export", () => exportOf(odd.nulls), "unreadable_rows"],
  ["another column", "export", () => exportOf(odd.renamed), "unreadable_rows"],
  [
    "another data version",
    "export",
    () => exportOf(odd.texts, { "x-data-version": "other" }),
    "wrong_data_version",
  ],
  ["a type that DuckDB has not", "schema", () => types("BANANA"), "wrong_field"],
])(
  "%s fails the proof as the product's fault, until it is mended",
  async (_, route, answer, code) => {
    const id = await store(60);
    faulty.misbehave(route, answer());
    const error = await prove(id).catch((thrown: unknown) => thrown);
    const fault = faultOf(error);
    expect(error).toMatchObject({ code: PRODUCT_FAULTS[code].error });
    expect(fault?.code).toBe(code);
    expect(await faults()).toEqual([fault]);
    // The data of the customers are not in the sentence.
    expect(fault?.message).not.toContain("no number");

    faulty.mend();
    await prove(id);
    expect(await faults()).toEqual([]);
    expect(await getSuggestion({ ctx: ctx(), input: { suggestion_id: id } })).toMatchObject({
      state: "no_gain",
    });
  },
);
