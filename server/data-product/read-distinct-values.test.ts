import { expect, test } from "vitest";
import type { ProductFaultCode } from "@/server/contracts";
import { projectsSchema } from "@/server/proving/testing/product";
import type { DataProduct } from "./port";
import { placeOf, productError } from "./product-error";
import { readDistinctValues } from "./read-distinct-values";

const statistics = { distinct_count: 3, null_fraction: 0, min: "a", max: "c" };
const [table] = projectsSchema(100).tables;
if (table === undefined) throw new Error("the schema has a table");
const columns = ["slow", "quick"].map((name) => {
  return { name, type: "VARCHAR", nullable: true, default_sql: null, statistics };
});
const schema = { ...projectsSchema(100), tables: [{ ...table, columns }] };

/** The query of the first column ends in this fault. */
function read(code: ProductFaultCode) {
  const query: DataProduct["query"] = async ({ sql }) => {
    if (sql.includes("slow")) {
      const place = placeOf("http://127.0.0.1:8000", "POST /connector/query");
      throw productError(place, code, { what: "no answer" });
    }
    const column = { name: "quick", type: "VARCHAR" };
    return { columns: [column], rows: [["a"], ["b"]], is_truncated: false, duration_ms: 1 };
  };
  return readDistinctValues({ query } as DataProduct, schema, {
    signal: new AbortController().signal,
  });
}

test.each<ProductFaultCode>(["refused", "timed_out", "too_large"])(
  "a column whose query ends as %s is left out, and counted; the others are read",
  async (code) => {
    const { valuesOf, columns } = await read(code);
    expect(columns).toEqual({ left_out: 1, of: 2 });
    expect(valuesOf("projects", "slow")).toBeUndefined();
    expect(valuesOf("projects", "quick")).toEqual(["a", "b"]);
  },
);

test("a product that cannot be asked at all ends the reading", async () => {
  await expect(read("no_connection")).rejects.toMatchObject({ code: "product_unreachable" });
});
