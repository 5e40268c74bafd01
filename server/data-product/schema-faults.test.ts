import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CONNECTOR_VERSION, PRODUCT_FAULTS } from "@/server/contracts";
import { compareSchemas, createConnectorClient, faultOf, placeOf } from ".";
import {
  type FaultyProduct,
  goodSchema,
  json,
  schemaWith,
  startFaultyProduct,
} from "./testing/faulty-product";
import {
  breakOff,
  endless,
  type FaultCase,
  faultIn,
  hang,
  hangUp,
  status,
  text,
  trickle,
  within,
} from "./testing/misbehave";

let faulty: FaultyProduct;
beforeAll(async () => {
  faulty = await startFaultyProduct();
});
afterAll(() => faulty.close());
beforeEach(() => faulty.mend());

const column = (change: Record<string, unknown>) =>
  schemaWith((schema) => void Object.assign(schema.tables[0]?.columns[1] ?? {}, change));

describe("GET /connector/schema", () => {
  test.each<FaultCase>([
    ["hangs", hang, "timed_out", null, /no complete answer within 0\.\d+ s/],
    ["sends its body too slowly", trickle, "timed_out", null, /no complete answer/],
    ["breaks its answer off", breakOff, "connection_lost", null, /the answer broke off/],
    ["hangs up", hangUp, "connection_lost", null, /the answer broke off/],
    ["redirects", status(302, {}, { location: "/sign-in" }), "redirected", null, /\(302\)/],
    ["answers 401", status(401), "token_refused", null, /\(401\)/],
    ["answers 403", status(403), "forbidden", null, /\(403\)/],
    ["answers 404", status(404), "route_missing", null, /\(404\)/],
    ["answers 405", status(405), "route_missing", null, /\(405\)/],
    ["answers 429", status(429), "refused", null, /\(429\)/],
    ["answers 500", status(500), "failed", null, /\(500\)/],
    ["answers a page", text("<html>", "text/html"), "wrong_content_type", null, /text\/html/],
    ["answers no JSON", text("{tables:"), "invalid_json", null, /not valid JSON/],
    ["answers nothing", text(""), "invalid_json", null, /is empty/],
    ["answers without an end", endless, "too_large", null, /more than 64 MB/],
    [
      "speaks version 2",
      status(200, {}, { "x-connector-version": "2.0" }),
      "wrong_version",
      "X-Connector-Version",
      /version 2\.0 of the contract, the sidecar 1\./,
    ],
    [
      "speaks no version that is a number",
      status(500, {}, { "x-connector-version": "two" }),
      "wrong_version",
      "X-Connector-Version",
      /version another/,
    ],
    [
      "refuses the sidecar's version",
      status(400, { code: "unsupported_version" }),
      "wrong_version",
      "X-Connector-Version",
      /version another/,
    ],
    ["answers a list", json(() => []), "wrong_field", "(answer)", /expected object/],
    [
      "has another id",
      schemaWith((s) => ({ ...s, product_id: "them" })),
      "wrong_product",
      "product_id",
      /calls itself them, not orders/,
    ],
    [
      "tells no type",
      column({ type: undefined }),
      "wrong_field",
      "tables[0].columns[1].type",
      /expected string/,
    ],
    [
      "tells a number as a type",
      column({ type: 3 }),
      "wrong_field",
      "tables[0].columns[1].type",
      /expected string/,
    ],
    [
      "has a column twice",
      column({ name: "ID" }),
      "wrong_field",
      "tables[0].columns[1].name",
      /twice/,
    ],
    [
      "has a table twice",
      schemaWith((s) => ({ ...s, tables: [...s.tables, ...s.tables] })),
      "wrong_field",
      "tables[1].name",
      /twice/,
    ],
    [
      "has a NUL in a name",
      column({ name: "a\0b" }),
      "wrong_field",
      "tables[0].columns[1].name",
      /NUL/,
    ],
    [
      "counts half a row",
      schemaWith((s) => void Object.assign(s.tables[0] ?? {}, { row_count: 0.5 })),
      "wrong_field",
      "tables[0].row_count",
      /expected int/,
    ],
    ["has no thread", schemaWith((s) => ({ ...s, threads: 0 })), "wrong_field", "threads", />0/],
  ])("a product that %s", async (_, answer, code, field, what) => {
    faulty.misbehave("schema", answer);
    // Reading 64 MB takes its time.
    const product = code === "too_large" ? faulty.product : within(faulty.product);
    const fault = await faultIn(() => product.getSchema());
    const { message } = fault;
    expect({ code: fault.code, field: fault.field }).toEqual({ code, field });
    expect(message).toContain(`GET ${faulty.url}/connector/schema`);
    expect(message).toMatch(what);
    expect(message).toContain(PRODUCT_FAULTS[code].advice);
  });
});

test("where nothing listens, the address is named", async () => {
  const getToken = async () => "token";
  const ask = (baseUrl: string) =>
    faultIn(() => createConnectorClient({ baseUrl, productId: "p", getToken }).getSchema());
  const fault = await ask("http://127.0.0.1:1/api");
  expect(fault).toMatchObject({ code: "no_connection" });
  expect(fault.message).toContain("GET http://127.0.0.1:1/api/connector/schema: no connection (");
  expect((await ask("http://user:secret@127.0.0.1:1/api")).message).not.toContain("secret");
});

test.each(["1.0", "1", "1.99"])("version %s is understood", async (version) => {
  const headers = { "content-type": "application/json", "x-connector-version": version };
  let sent: unknown;
  faulty.misbehave("schema", (request, response) => {
    sent = request.headers["x-connector-version"];
    response.writeHead(200, headers).end(JSON.stringify(goodSchema()));
  });
  await expect(faulty.product.getSchema()).resolves.toMatchObject({ product_id: "orders" });
  expect(sent).toBe(CONNECTOR_VERSION);
});

test("what the product says itself is kept apart, in one line, and cut", async () => {
  faulty.misbehave("schema", status(500, { detail: `boom\0\n${"x".repeat(9000)}` }));
  const fault = await faultIn(() => faulty.product.getSchema());
  expect(fault.said).toMatch(/^boom x{400,500}…$/);
  expect(fault.message).not.toContain("boom");
});

describe("a fingerprint is the schema's", () => {
  const place = placeOf("http://product", "GET /connector/schema");
  const other = { ...goodSchema(), schema_fingerprint: "f2" };
  const wider = goodSchema();
  wider.tables[0]?.columns.push({
    ...{ name: "paid", type: "BOOLEAN", nullable: true, default_sql: null, statistics: null },
  });
  const grown = goodSchema();
  Object.assign(grown.tables[0] ?? {}, { row_count: 99, estimated_bytes: 5, comment: "orders" });

  test("one that changes alone, or stays when a column is added, is told; growth is neither", () => {
    expect(compareSchemas(place, goodSchema(), goodSchema())).toBeNull();
    expect(compareSchemas(place, goodSchema(), { ...grown, data_version: "d2" })).toBeNull();
    expect(compareSchemas(place, goodSchema(), { ...wider, schema_fingerprint: "f2" })).toBeNull();
    const random = faultOf(compareSchemas(place, goodSchema(), other));
    expect(random?.message).toContain("it changed, but no table");
    const stale = faultOf(compareSchemas(place, goodSchema(), wider));
    expect(stale).toMatchObject({ code: "stale_fingerprint" });
    expect(stale?.message).toContain("it is the same as before");
    // A product that begins to tell its views has not changed.
    expect(compareSchemas(place, goodSchema(), { ...goodSchema(), views: [] })).toBeNull();
  });
});
