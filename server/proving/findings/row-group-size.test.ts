import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { checkRowGroupSize } from "./row-group-size";
import { contextOf, createTestShadow, type TestShadow } from "./testing/shadow";

/** Comparing long texts costs time for each row scanned: the gain is far above the noise. */
const columns = "lpad(i::VARCHAR, 8, '0') || md5(i::VARCHAR) AS label, hash(i) % 1000 AS page";
const RANGE =
  "SELECT count(*), sum(page) FROM hits WHERE label >= '00300000' AND label < '00300400'";

async function onShadow<T>(order: string, use: (shadow: TestShadow) => Promise<T>): Promise<T> {
  const table = `CREATE TABLE hits AS SELECT ${columns} FROM range(600000) r(i) ${order}`;
  const shadow = await createTestShadow([table], { queries: [RANGE] });
  try {
    return await use(shadow);
  } finally {
    shadow.close();
  }
}

it("reports what smaller row groups save where queries skip most of the table", async () => {
  await onShadow("", async (shadow) => {
    const [finding] = await checkRowGroupSize(await contextOf(shadow));
    expect(finding?.table).toBe("hits");
    expect(finding?.evidence.values.gain_low).toBeGreaterThan(0.1);
    expect(finding?.remediation.sql).toContain("ROW_GROUP_SIZE 30720");
    expect(existsSync(path.join(shadow.input.workDir, "row-group-size.duckdb"))).toBe(false);
  });
});

it("builds and claims nothing where no row group is skipped", async () => {
  await onShadow("ORDER BY hash(i)", async (shadow) => {
    const context = await contextOf(shadow);
    // A check that tried to build would fail on this file.
    expect(await checkRowGroupSize({ ...context, baselineFile: "/nowhere" })).toEqual([]);
  });
});
