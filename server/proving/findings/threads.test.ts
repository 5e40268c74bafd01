import { availableParallelism } from "node:os";
import { expect, it } from "vitest";
import { findIn, ofKind } from "./testing/find";

const TABLE = "CREATE TABLE hits AS SELECT i AS at FROM range(1000) r(i)";
const cores = availableParallelism();

it("reports more threads than the sidecar's machine has cores, and knows no other machine", async () => {
  const found = ofKind(await findIn([TABLE], { changes: { threads: cores + 6 } }), "threads");
  expect(found[0]?.evidence.values).toEqual({ threads: cores + 6, cores });
  expect(found[0]?.detail).toContain("the machine that the sidecar runs on");
  expect(found[0]?.remediation.sql).toBeNull();
});

it("says nothing of as many threads as cores", async () => {
  expect(ofKind(await findIn([TABLE], { changes: { threads: cores } }), "threads")).toEqual([]);
});
