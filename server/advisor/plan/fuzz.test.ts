import { expect, test } from "vitest";
import type { ChangeKind, Plan } from "@/server/contracts";
import { kindsWhere } from "../change-kinds";
import { describePlanFault, fuzzPlans } from "../testing/fuzz";

const CHANGES = 60;
const SEED = 20_260_101;
const TIMEOUT_MS = 120_000;

const executable: ChangeKind[] = kindsWhere(({ carriedOutBy }) => carriedOutBy !== "developers");

test(
  "60 random changes of every kind are applied and reverted without a trace, and break no write without a word",
  async () => {
    const result = await fuzzPlans({ changes: CHANGES, seed: SEED });
    expect(result.faults.map(describePlanFault)).toEqual([]);
    for (const kind of executable) expect(result.reverted.get(kind) ?? 0, kind).toBeGreaterThan(1);
    expect(result.proposed).toBeGreaterThan(CHANGES / 6);
    expect(result.writes).toBeGreaterThan(CHANGES * 5);
    expect(result.warned).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

const withoutRevert =
  (pattern: RegExp) =>
  (plan: Plan): Plan => ({
    ...plan,
    revert_statements: plan.revert_statements.filter((sql) => !pattern.test(sql)),
  });

test.each<[string, (plan: Plan) => Plan]>([
  ["an index that is not made again", withoutRevert(/^CREATE (UNIQUE )?INDEX/)],
  ["a comment that is lost", withoutRevert(/^COMMENT ON COLUMN/)],
  [
    "rows in another order",
    (plan) => ({
      ...plan,
      revert_statements: plan.revert_statements.map((sql) =>
        sql.replace(/ ORDER BY kept\..*;/, " ORDER BY hash(source.rowid);"),
      ),
    }),
  ],
  [
    "a row that is lost",
    (plan) => ({
      ...plan,
      statements: plan.statements.map((sql) =>
        sql.replace(/( FROM .* AS source)(.*);/, "$1 WHERE source.rowid <> 2$2;"),
      ),
    }),
  ],
])(
  "a planted fault is found and made small: %s",
  async (_, spoil) => {
    const { faults } = await fuzzPlans({ changes: CHANGES, seed: SEED, spoil, faultsMax: 1 });
    expect(faults).toHaveLength(1);
    for (const fault of faults) {
      expect(fault.changes).toHaveLength(1);
      expect(fault.writes).toEqual([]);
      expect(fault.setup.length).toBeLessThan(8);
      expect(describePlanFault(fault)).toContain(fault.what);
    }
  },
  TIMEOUT_MS,
);
