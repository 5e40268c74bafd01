import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  CONNECTOR_VERSION,
  CONNECTOR_VERSION_HEADER,
  ConnectorExecuteRequest,
  ConnectorQueryRequest,
  ConstraintSchema,
  ProductFaultCode,
  WORKLOAD_LIMITS,
  WorkloadPattern,
} from "@/server/contracts";

const page = readFileSync("docs/connector.md", "utf8");
const grouped = (value: number) => value.toLocaleString("en-US");

test("the page is of this version of the contract, and lists every fault", () => {
  expect(page).toContain(`This page is version **${CONNECTOR_VERSION}**`);
  expect(page).toContain(`\`${CONNECTOR_VERSION_HEADER}: ${CONNECTOR_VERSION}\``);
  for (const code of ProductFaultCode.options) expect(page).toContain(`\`${code}\``);
});

test("the page names every value of a closed list", () => {
  const { kind } = WorkloadPattern.shape;
  for (const value of [...kind.options, ...ConstraintSchema.shape.type.options]) {
    expect(page).toContain(`\`${value}\``);
  }
});

test("the page names the limits that the code has", () => {
  const { calls, latencyMs, fingerprintLength, sqlLength, latencies, samples } = WORKLOAD_LIMITS;
  expect(page).toContain(`\`dropped_calls\` ${grouped(calls)}`);
  expect(page).toContain(`each latency ${grouped(latencyMs)} ms`);
  expect(page).toContain(
    `\`fingerprint\` ${fingerprintLength} characters, \`sql\` ${grouped(sqlLength)}`,
  );
  expect(page).toContain(`${latencies} \`latencies_ms\`, ${samples} \`parameter_samples\``);
});

test("the page names the defaults and limits of a query and an operation", () => {
  expect(ConnectorQueryRequest.parse({ sql: "SELECT 1" })).toMatchObject({
    parameters: [],
    row_limit: 100,
    timeout_ms: 2000,
  });
  expect(page).toContain("`row_limit` 1–1000 (default 100");
  expect(page).toContain("`timeout_ms` 1–10,000 (default 2000");
  const statements = (count: number, length: number) =>
    ConnectorExecuteRequest.safeParse({
      operation_id: "op-1",
      statements: Array.from({ length: count }, () => "x".repeat(length)),
    }).success;
  expect([statements(200, 1), statements(1, 100_000)]).toEqual([true, true]);
  expect([statements(201, 1), statements(0, 1), statements(1, 100_001)]).toEqual([
    false,
    false,
    false,
  ]);
  expect(page).toContain("1 to 200 `statements` of at most 100,000 characters each");
});
