import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createConnectorClient } from ".";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A client of a product that answers as given: how broken products are staged. */
async function clientOf(answer: RequestListener) {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return createConnectorClient({
    baseUrl: `http://127.0.0.1:${address.port}`,
    productId: "p",
    getToken: async () => "t",
  });
}

test.each([
  [500, { code: "internal", detail: "boom" }, "product_unreachable"],
  [503, {}, "product_unreachable"],
  [504, {}, "product_unreachable"],
  [504, { code: "timeout", detail: "too slow" }, "product_refused"],
  [401, { code: "unauthenticated" }, "product_refused"],
  [409, { code: "schema_changed", detail: "moved on" }, "schema_changed"],
  [409, { code: "conflict" }, "product_refused"],
  [200, { not: "a schema" }, "product_invalid"],
])("status %i with %j is %s", async (status, body, code) => {
  const client = await clientOf((_, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await expect(client.getSchema()).rejects.toMatchObject({ code });
});

test("a product that hangs is given up with the caller's own reason", async () => {
  const client = await clientOf(() => {});
  const abort = new AbortController();
  const attempt = client.getSchema(abort.signal);
  abort.abort(new Error("enough"));
  await expect(attempt).rejects.toThrow("enough");
});

test("a download that breaks off leaves no file", async () => {
  const client = await clientOf((_, response) => {
    response.writeHead(200, {
      "content-length": 1000,
      "x-rows": 1,
      "x-rows-total": 1,
      "x-sample-method": "all",
      "x-data-version": "v",
    });
    response.write("PAR1", () => response.destroy());
  });
  const dir = await mkdtemp(join(tmpdir(), "sidecar-client-"));
  const attempt = client.exportTable("t", { rowsMax: 1, seed: 1, file: join(dir, "t.parquet") });
  await expect(attempt).rejects.toMatchObject({ code: "product_unreachable" });
  expect(await readdir(dir)).toEqual([]);
  await rm(dir, { recursive: true });
});
