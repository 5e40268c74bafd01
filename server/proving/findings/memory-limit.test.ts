import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkMemoryLimit } from "./memory-limit";
import { contextOf, createTestShadow, type TestShadow } from "./testing/shadow";

const ROWS = 400_000;
const TABLE = `CREATE TABLE hits AS SELECT md5(i::VARCHAR) AS visitor, i AS page FROM range(${ROWS}) r(i)`;
const QUERY =
  "SELECT visitor, count(*), sum(page) FROM hits GROUP BY visitor ORDER BY 2 DESC, 1 LIMIT 10";

describe("a query that groups 400,000 texts", () => {
  let shadow: TestShadow;
  beforeAll(async () => {
    shadow = await createTestShadow([TABLE], { queries: [QUERY] });
  });
  afterAll(() => shadow.close());

  const checkUnder = async (memory_limit_bytes: number, rowsTotal = ROWS) => {
    const context = await contextOf(shadow);
    const resources = { memory_limit_bytes, database_bytes: 0, free_disk_bytes: 0 };
    return checkMemoryLimit({
      ...context,
      schema: { ...context.schema, resources },
      profiles: context.profiles.map((one) => ({ ...one, rowsTotal })),
    });
  };

  it("is reported with the bytes it writes to disk under a limit of 32 MB", async () => {
    const [finding] = await checkUnder(32e6);
    expect(finding).toMatchObject({ finding_id: "memory_limit", severity: "warning" });
    const values = finding?.evidence.values ?? {};
    expect(values.tried_limit_bytes).toBe(32e6);
    expect(values.spilled_bytes).toBeGreaterThan(1e6);
    expect(values.peak_bytes).toBeGreaterThan(32e6);
    expect(finding?.remediation.sql).toMatch(/^SET GLOBAL memory_limit = '\d+MB';$/);
  });

  it("is not reported under a limit it fits in", async () => {
    expect(await checkUnder(1.9e9)).toEqual([]);
  });

  it("is not judged where the product does not tell its limit", async () => {
    expect(await checkMemoryLimit(await contextOf(shadow))).toEqual([]);
  });

  it("is tried under a limit scaled to the sample", async () => {
    const [finding] = await checkUnder(64e6, 2 * ROWS);
    expect(finding?.evidence.values.tried_limit_bytes).toBe(32e6);
    expect(finding?.detail).toContain("50% of the rows");
  });
});
