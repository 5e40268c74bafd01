import { expect, test } from "vitest";
import type { TableSchema } from "@/server/contracts";
import { chooseEstimates } from "./context-choice";
import { contextFindings } from "./context-findings";
import { proposeCandidates } from "./propose-candidates";
import type { WorkloadQuery } from "./workload-query";

let looks = 0;

/** The same, but each look at one of its fields is counted. */
const watched = <Item extends object>(item: Item): Item =>
  new Proxy(item, {
    get(target, key, receiver) {
      looks += 1;
      return Reflect.get(target, key, receiver);
    },
  });

interface Size {
  columns: number;
  queries: number;
  /** Columns that each query filters, joins and groups. */
  named: number;
}

const columnName = (at: number) => `c${at}`;

function tableOf({ columns }: Size): TableSchema {
  return {
    ...{ name: "t", row_count: 5_000_000, estimated_bytes: 900_000_000, constraints: [] },
    columns: Array.from({ length: columns }, (_, at) =>
      watched({
        ...{ name: columnName(at), type: "VARCHAR", nullable: true, default_sql: null },
        statistics: {
          distinct_count: at % 2 ? 40 : 5_000_000,
          null_fraction: 0,
          min: "a",
          max: "z",
        },
      }),
    ),
    indexes: Array.from({ length: columns / 4 }, (_, at) =>
      watched({ name: `i${at}`, columns: [columnName(4 * at)], is_unique: false, sql: "" }),
    ),
  };
}

const at = new Date(0).toISOString();

/** Names so many columns in each way there is, from another one on than the query before. */
function queryOf(place: number, { columns, named }: Size): WorkloadQuery {
  const refs = Array.from({ length: named }, (_, index) =>
    watched({ table: "t", column: columnName((place * 7 + index) % columns) }),
  );
  const isWrite = place % 4 === 3;
  const kind = isWrite ? ("update" as const) : ("select" as const);
  const text = { fingerprint: `q${place}`, sql: `SELECT ${place} FROM t`, kind };
  const times = { mean_ms: 5, median_ms: 5, p95_ms: 9, first_seen: at, last_seen: at };
  const operators = ["equals", "range", "in", "other"] as const;
  return {
    pattern: { ...text, is_parsed: true, calls: 10 + place, ...times },
    shape: {
      ...{ ...text, isParsed: true, parameterCount: named, tables: ["t"], target: "t" },
      filters: refs.map(({ column }, index) =>
        watched({
          ...{ table: "t", column, operator: operators[(place + index) % 4] ?? "equals" },
          ...{ wrappedBy: null, parameters: [index + 1] },
          ...(index % 2 === 0 ? { isAfterScan: true as const } : {}),
        }),
      ),
      joins: refs.map((left) => watched({ left, right: { table: "other", column: left.column } })),
      ...{ groupBy: refs, orderBy: refs, projected: refs, selectsStar: false },
      ...{ aggregates: ["count_star"], limit: 10 },
    },
    summary: isWrite
      ? null
      : {
          ...{ table: "t", sql: "SELECT 1 FROM $summary" },
          keys: refs.slice(0, 12).map(({ column }) => ({ name: column, column, unit: null })),
          measures: [{ name: "rows", aggregate: "count", column: null }],
        },
    rewrites: [],
  };
}

/** Looks at columns, filters, joins and indexes that proposing takes. */
function looksFor(size: Size) {
  const tables = [tableOf(size)];
  const queries = Array.from({ length: size.queries }, (_, place) => queryOf(place, size));
  looks = 0;
  const proposed = proposeCandidates({ tables, queries, schemaOf: "request" });
  const chosen = chooseEstimates({ tables, queries }, proposed.candidates.slice(0, 300));
  const findings = contextFindings(tables, queries);
  return { looks, proposed, chosen, findings };
}

const SMALL: Size = { columns: 40, queries: 8, named: 20 };

test.each<[string, Partial<Size>]>([
  ["queries", { queries: 16 }],
  ["columns of a query", { named: 40 }],
  ["columns of the table", { columns: 80 }],
])("takes twice the work for twice as many %s, not four times", (_, twice) => {
  const once = looksFor(SMALL).looks;
  expect(looksFor({ ...SMALL, ...twice }).looks).toBeLessThan(3 * once);
});

test("the largest request takes work in proportion to what it names, and gets a bounded answer", () => {
  const size = { columns: 2000, queries: 200, named: 150 };
  const { looks: taken, proposed, findings } = looksFor(size);
  expect(taken).toBeLessThan(60 * size.queries * size.named);
  expect(proposed.columns).toEqual({ left_out: 1343, of: 1543 });
  expect(proposed.candidates.length + proposed.excluded.length).toBeLessThan(700);
  expect(findings.length).toBeLessThanOrEqual(600);
}, 60_000);
