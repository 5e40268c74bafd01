import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assertPortFree, resolvePort } from "./ports";

const server = createServer();
let taken = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  taken = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => server.close());

test("a taken port is named together with the setting that chooses another", async () => {
  const message = new RegExp(`Port ${taken} .*already in use.*DEMO_PORT=${taken + 1}`);
  await expect(assertPortFree(taken, "DEMO_PORT", "the product")).rejects.toThrow(message);
});

test("the database keeps its port while that is free and takes another when it is not", async () => {
  const free = await resolvePort(null);
  expect(await resolvePort(free)).toBe(free);
  expect(await resolvePort(taken)).not.toBe(taken);
});
