import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PRODUCT_FAULTS, type ProductSchema, type TableSchema } from "@/server/contracts";
import { type FaultyProduct, goodSchema, json, startFaultyProduct } from "./testing/faulty-product";

let faulty: FaultyProduct;
beforeAll(async () => {
  faulty = await startFaultyProduct();
});
afterAll(() => faulty.close());
beforeEach(() => faulty.mend());

const table = (name: string): TableSchema => ({
  ...{ name, row_count: 9, estimated_bytes: 0, indexes: [], constraints: [] },
  columns: ["id", "amount"].map((column) => ({
    ...{ name: column, type: "BIGINT", nullable: false, default_sql: null },
    statistics: { distinct_count: 9, null_fraction: 0, min: "1", max: "9" },
  })),
});

/** A schema as it comes, before anything of it is known to be right. */
type Answer = Omit<ProductSchema, "tables" | "views" | "resources"> & {
  tables: Record<string, unknown>[];
  views: Record<string, unknown>[];
  resources: unknown;
};

const wideSchema = (): Answer => ({
  ...goodSchema(),
  tables: ["orders", "customers", "items"].map((name) => ({ ...table(name) })),
  views: [{ name: "ids", sql: "CREATE VIEW ids AS SELECT id FROM items;", columns: [] }],
  resources: { memory_limit_bytes: 1, database_bytes: 1, free_disk_bytes: 1 },
});

/** What is read of a schema of three tables and a view after this change. */
async function read(change: (schema: Answer) => void) {
  faulty.misbehave(
    "schema",
    json(() => {
      const schema = wideSchema();
      change(schema);
      return schema;
    }),
  );
  const { left_out, ...schema } = await faulty.product.getSchema();
  return { schema, fault: left_out, tables: schema.tables.map(({ name }) => name) };
}

const inOrders = (change: Record<string, unknown>) => (schema: Answer) => {
  Object.assign(schema.tables[0] ?? {}, change);
};
const inColumn = (change: Record<string, unknown>) => {
  const { columns } = table("orders");
  return inOrders({ columns: [{ ...columns[0], ...change }, columns[1]] });
};
const inStatistics = (change: Record<string, unknown>) =>
  inColumn({
    statistics: { distinct_count: 1, null_fraction: 0, min: null, max: null, ...change },
  });

test("of a schema that keeps the contract nothing is left out", async () => {
  const { schema, fault } = await read(() => {});
  expect(fault).toBeUndefined();
  expect(schema).toEqual(wideSchema());
});

test.each<[string, (schema: Answer) => void, string]>([
  ["a column without a type", inColumn({ type: "" }), "columns[0].type"],
  ["a number as a type", inColumn({ type: 3 }), "columns[0].type"],
  ["a negative count of rows", inOrders({ row_count: -1 }), "row_count"],
  ["no columns", inOrders({ columns: [] }), "columns"],
  ["two columns of a name", inColumn({ name: "AMOUNT" }), "columns[1].name"],
  ["a NUL in a name", inColumn({ name: "a\0b" }), "columns[0].name"],
  ["no name", inOrders({ name: undefined }), "name"],
  [
    "a constraint of no known kind",
    inOrders({ constraints: [{ type: "KEY" }] }),
    "constraints[0].type",
  ],
  [
    "an index without its statement",
    inOrders({ indexes: [{ name: "i", columns: [] }] }),
    "indexes[0].is_unique",
  ],
])("a table with %s is left out", async (_, change, field) => {
  const { schema, fault, tables } = await read(change);
  expect(tables).toEqual(["customers", "items"]);
  expect(schema.views).toHaveLength(1);
  expect(fault).toMatchObject({ code: "parts_left_out", field: `tables[0].${field}` });
  expect(fault?.message).toContain(
    `GET ${faulty.url}/connector/schema, tables[0].${field}: 1 of 3 tables`,
  );
  expect(fault?.message).toContain(PRODUCT_FAULTS.parts_left_out.advice);
  // Names are the product's own words: not for callers who are not signed in.
  expect(fault?.message).not.toContain("orders");
  expect(fault?.said).toMatch(/^Left out: (orders|table 1)$/);
});

test("of two limits that a value of a part exceeds, the narrower one is named", async () => {
  const { fault } = await read(inOrders({ row_count: -1e300 }));
  expect(fault?.message).toContain("to be >=0");
});

test.each<[string, (schema: Answer) => void, string]>([
  ["fewer than no values", inStatistics({ distinct_count: -1 }), ".distinct_count"],
  ["more than all values NULL", inStatistics({ null_fraction: 1.5 }), ".null_fraction"],
  ["a number as the smallest", inStatistics({ min: 3 }), ".min"],
  ["a NUL in the largest", inStatistics({ max: "\0" }), ".max"],
  ["nothing at all", inColumn({ statistics: undefined }), ""],
])("statistics that tell %s are not known; the table is", async (_, change, field) => {
  const { schema, fault, tables } = await read(change);
  expect(tables).toEqual(["orders", "customers", "items"]);
  expect(schema.tables[0]?.columns.map(({ statistics }) => statistics?.distinct_count)).toEqual([
    undefined,
    9,
  ]);
  expect(fault?.field).toBe(`tables[0].columns[0].statistics${field}`);
  expect(fault?.message).toContain("the statistics of 1 column are left out");
  expect(fault?.said).toBeNull();
});

test.each<[string, (schema: Answer) => void, string]>([
  [
    "without its statement",
    ({ views }) => void Object.assign(views[0] ?? {}, { sql: "" }),
    "views[0].sql",
  ],
  ["twice", ({ views }) => void views.push({ ...views[0], name: "IDS" }), "views[1].name"],
])("a view that is told %s is left out", async (_, change, field) => {
  const { schema, fault, tables } = await read(change);
  expect(tables).toHaveLength(3);
  expect(schema.views).toEqual([]);
  expect(fault?.field).toBe(field);
  expect(fault?.message).toMatch(/(1 of 1 view|2 of 2 views) are left out/);
});

test("resources that are wrong are not known", async () => {
  const { schema, fault } = await read((answer) => {
    answer.resources = { memory_limit_bytes: -1, database_bytes: 1, free_disk_bytes: 1 };
  });
  expect(schema).not.toHaveProperty("resources");
  expect(fault).toMatchObject({ code: "parts_left_out", field: "resources.memory_limit_bytes" });
});

test("of tables that bear one name none is known to be the right one", async () => {
  const { fault, tables } = await read(({ tables: all }) => void all.push({ ...table("ORDERS") }));
  expect(tables).toEqual(["customers", "items"]);
  expect(fault?.field).toBe("tables[3].name");
  expect(fault?.message).toContain("2 of 4 tables are left out; the first: the name occurs twice");
});

test("a table that one which is left out refers to is left out too: what its key forbids is not known", async () => {
  const refer = (to: string) => ({
    constraints: [
      { type: "FOREIGN KEY", columns: ["id"], sql: `FOREIGN KEY (id) REFERENCES ${to}(id)` },
    ],
  });
  const { fault, tables } = await read((schema) => {
    Object.assign(schema.tables[0] ?? {}, { row_count: -1, ...refer('main."Customers"') });
    Object.assign(schema.tables[1] ?? {}, refer("regions"));
    schema.tables.push({ ...table("regions") });
  });
  expect(tables).toEqual(["items"]);
  expect(fault?.message).toContain("3 of 4 tables are left out");
  expect(fault?.said).toBe("Left out: orders, customers, regions");
});

test("where no table is left the schema is refused with what is wrong with the first", async () => {
  const refused = read((schema) => {
    schema.tables = schema.tables.map((each) => ({ ...each, row_count: 0.5 }));
  });
  await expect(refused).rejects.toMatchObject({
    details: { fault: { code: "wrong_field", field: "tables[0].row_count" } },
  });
});

test("ten thousand bad tables make one short sentence", async () => {
  const { fault, tables } = await read((schema) => {
    const bad = Array.from({ length: 10_000 }, (_, index) => ({ name: `bad-${index}` }));
    schema.tables.push(...bad);
  });
  expect(tables).toHaveLength(3);
  expect(fault?.message).toContain("10,000 of 10,003 tables");
  expect(JSON.stringify(fault).length).toBeLessThan(1500);
});

test.each([".", ".."])("a table named %s, which no address can name, is left out", async (name) => {
  const { tables, fault } = await read(inOrders({ name }));
  expect(tables).toEqual(["customers", "items"]);
  expect(fault?.message).toContain("no address can name its export");
});
