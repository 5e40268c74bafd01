import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compilePlan, describeQuery, proposeRequested, type WorkloadQuery } from "@/server/advisor";
import { workload } from "@/server/advisor/testing/advice";
import type {
  AddColumnChange,
  ProofEvent,
  ProofResult,
  RequestableChange,
} from "@/server/contracts";
import { openCaseProduct } from "@/server/testing/cases/case-product";
import { createShapeParser } from "@/server/workload";
import type { TestProduct } from "./testing/product";
import { proveProduct } from "./testing/prove-product";
import type { ProofInput } from "./types";

const ROWS = 30_000;
const SETUP = [
  "CREATE TABLE risks (risk_id VARCHAR PRIMARY KEY, level INTEGER)",
  "INSERT INTO risks VALUES ('low', 1), ('high', 2)",
  "CREATE TABLE projects (id INTEGER PRIMARY KEY, name VARCHAR, amount DECIMAL(10,2), CHECK (id >= 0))",
  `INSERT INTO projects SELECT i, 'p' || hash(i), (i % 1000) / 4 FROM range(${ROWS}) r(i)`,
  "CREATE INDEX by_name ON projects (name)",
  "CREATE TABLE bare (id INTEGER, note VARCHAR)",
  "INSERT INTO bare SELECT i, 'n' FROM range(100) r(i)",
];
const VIEWS = [
  { name: "named", sql: "CREATE VIEW named AS SELECT id, name FROM projects;", columns: [] },
  { name: "all_of_bare", sql: "CREATE VIEW all_of_bare AS SELECT * FROM bare;", columns: [] },
  {
    name: "rated",
    sql: "CREATE VIEW rated AS SELECT note, risk_id FROM bare JOIN risks ON level = id;",
    columns: [],
  },
];
const QUERIES = [
  { sql: "SELECT * FROM projects WHERE name = $1", samples: [["p1"], ["p2"]] },
  { sql: "SELECT count(*), sum(amount) FROM projects WHERE amount > $1", samples: [["10"]] },
  { sql: "UPDATE projects SET amount = $1 WHERE id = $2", samples: [["5", "7"]] },
  {
    sql: "INSERT INTO projects (id, name, amount) VALUES ($1, $2, $3)",
    samples: [["900001", "p", "1"]],
  },
];
const TIMEOUT_MS = 120_000;

let folder: string;
let source: TestProduct;
let queries: WorkloadQuery[];
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "requested-"));
  const product = await openCaseProduct(SETUP);
  source = { ...product, schema: { ...product.schema, views: VIEWS } };
  queries = await described(QUERIES);
}, TIMEOUT_MS);
afterAll(() => {
  source.close();
  rmSync(folder, { recursive: true, force: true });
});

async function described(entries: { sql: string; samples?: string[][] }[]) {
  const parser = await createShapeParser();
  try {
    const { tables } = source.schema;
    const timed = entries.map((entry) => ({ ...entry, calls: 100, mean_ms: 1 }));
    const found = await workload(parser, tables, timed);
    // As the product sent them: what is a literal there is none of the values that are drawn.
    return await Promise.all(
      found.map(({ pattern }, index) => {
        const sql = entries[index]?.sql ?? pattern.sql;
        return describeQuery(parser, { ...pattern, sql }, tables);
      }),
    );
  } finally {
    parser.close();
  }
}

const add = (change: Partial<AddColumnChange> = {}): AddColumnChange => ({
  ...{ kind: "add_column", table: "projects", column: "risk_id", type: "VARCHAR" },
  ...{ default: null, is_required: false, references: null },
  ...change,
});

const BARE_KEY: RequestableChange = {
  ...{ kind: "add_constraint", table: "bare", constraint: "PRIMARY KEY" },
  columns: ["id"],
};

async function request(changes: RequestableChange[], more: Partial<ProofInput> = {}) {
  const { tables } = source.schema;
  const asked = proposeRequested(
    { tables, queries: more.queries ?? queries },
    { changes, reason: "" },
  );
  return proveProduct(source, folder, asked.candidates, {
    queries,
    excluded: asked.excluded,
    isRequested: true,
    compile: (some) => compilePlan(tables, some),
    ...more,
  });
}

/** The one verdict, and whether anything may be approved. */
function judged({ accepted, alternatives }: ProofResult) {
  const [first] = [...accepted, ...alternatives];
  return {
    code: first?.verdict.code,
    reason: first?.verdict.reason ?? "",
    isFit: accepted.length > 0,
  };
}

test.each<[string, Partial<AddColumnChange>]>([
  ["a nullable column", {}],
  ["a required column with a default", { type: "INTEGER", default: 5, is_required: true }],
  [
    "a foreign key whose default is a key there",
    { default: "low", is_required: true, references: { table: "risks", column: "risk_id" } },
  ],
])(
  "%s fits, on a table with a key, an index, a CHECK and a view: no query breaks, and no gain is asked for",
  async (_, change) => {
    const result = await request([add(change)]);
    expect(judged(result)).toMatchObject({ code: "fits", isFit: true });
    const [proved] = result.accepted;
    if (proved?.evidence?.basis !== "measured") throw new Error("no measurement");
    const { evidence } = proved;
    expect(evidence.results_equal).toBe(true);
    expect(evidence.queries.filter(({ kind }) => kind === undefined)).toHaveLength(2);
    expect(evidence.insert_cost?.table).toBe("projects");
    expect(evidence.workload.not_replayed).toEqual([]);
    expect(proved.verdict.reason).toMatch(/^Nothing breaks: of 2 queries replayed, none is slower/);
    expect(proved.candidate.risk.reversibility).toBe("Schema and data can be restored exactly.");
    expect(proved.candidate.drawbacks[0]).toMatch(/^1 query shape selects every column \(\*\)/);
  },
  TIMEOUT_MS,
);

test.each<[string, Partial<AddColumnChange>, RegExp]>([
  [
    "a required column without a default",
    { is_required: true },
    /^risk_id is required and has no default: 30,000 rows of projects would be without a value\.$/,
  ],
  [
    "a foreign key whose default is no key",
    { default: "none", references: { table: "risks", column: "risk_id" } },
    /^The default is no value of risks\.risk_id: 30,000 rows of projects would refer to nothing\.$/,
  ],
])(
  "%s does not fit rows that are there, which are counted",
  async (_, change, reason) => {
    const found = judged(await request([add(change)]));
    expect(found).toMatchObject({ code: "violates_data", isFit: false });
    expect(found.reason).toMatch(reason);
  },
  TIMEOUT_MS,
);

test(
  "the same is said of a sample, which is named as one",
  async () => {
    const { reason } = judged(await request([add({ is_required: true })], { rowsMax: 1000 }));
    expect(reason).toMatch(/1,000 rows of projects .* sample: 1,000 of 30,000 rows of projects\.$/);
  },
  TIMEOUT_MS,
);

test(
  "values that repeat, or are missing, are counted before a key is tried",
  async () => {
    const key = { kind: "add_constraint", table: "bare", constraint: "UNIQUE" } as const;
    const found = judged(await request([{ ...key, columns: ["note"] }]));
    expect(found).toMatchObject({
      code: "violates_data",
      reason: "99 rows repeat a value of note of bare.",
    });
  },
  TIMEOUT_MS,
);

test(
  "a write that counts on the number of columns breaks: the change does not fit, and the write is named",
  async () => {
    const sql = "INSERT INTO projects VALUES ($1, $2, $3)";
    const writes = await described([{ sql, samples: [["900002", "p", "1"]] }]);
    const found = judged(await request([add()], { queries: writes }));
    expect(found).toMatchObject({ code: "results_differ", isFit: false });
    expect(found.reason).toMatch(/^A write of the workload stops working: INSERT INTO projects/);
  },
  TIMEOUT_MS,
);

const INSERT = "INSERT INTO bare (note, id) VALUES ($1, $2)";

test.each<[string, { sql: string; samples?: string[][] }]>([
  ["was captured before the copy was made", { sql: INSERT, samples: [["n", "5"]] }],
  ["has values drawn from the copy", { sql: INSERT }],
  ["moves a row to a key drawn from the copy", { sql: "UPDATE bare SET id = $1 WHERE id = $2" }],
  ["copies rows that were copied", { sql: "INSERT INTO bare BY POSITION FROM bare WHERE id < 3" }],
])(
  "a key fits where a write %s: that its rows are there says nothing against the key",
  async (_, write) => {
    const found = judged(await request([BARE_KEY], { queries: await described([write]) }));
    expect(found).toMatchObject({ code: "fits", isFit: true });
  },
  TIMEOUT_MS,
);

test.each<[string, { sql: string; samples?: string[][] }]>([
  ["gives other values", { sql: INSERT, samples: [["other", "5"]] }],
  ["names the key itself", { sql: "INSERT INTO bare VALUES (5, 'o')" }],
  ["moves a row to a key of its own text", { sql: "UPDATE bare SET id = 5 WHERE note = $1" }],
])(
  "a key does not fit where a write %s: another row has it",
  async (_, write) => {
    const found = judged(await request([BARE_KEY], { queries: await described([write]) }));
    expect(found).toMatchObject({ code: "results_differ", isFit: false });
    expect(found.reason).toMatch(
      /^A write of the workload stops working: .*Duplicate key "(id: )?5"/i,
    );
  },
  TIMEOUT_MS,
);

test(
  "a view whose names are ambiguous with the new one breaks: the change does not fit, and the view is named",
  async () => {
    const found = judged(await request([add({ table: "bare" })]));
    expect(found).toMatchObject({ code: "failed_to_apply", isFit: false });
    expect(found.reason).toContain("view rated no longer works");
    const other = judged(await request([add({ table: "bare", column: "added" })]));
    expect(other).toMatchObject({ code: "fits", isFit: true });
  },
  TIMEOUT_MS,
);

test(
  "a change that slows a query breaks nothing: it may be approved, the query and how much stand first against it",
  async () => {
    const result = await request([{ kind: "drop_index", table: "projects", index: "by_name" }]);
    expect(judged(result)).toMatchObject({ code: "fits_with_cost", isFit: true });
    const [proved] = result.accepted;
    expect(proved?.candidate.drawbacks[0]).toMatch(
      /^1 of 2 queries becomes slower by more than 5%: \d+% slower \[.* ms → .* ms: SELECT \* FROM projects WHERE/,
    );
    expect(proved?.verdict.reason).toContain(proved?.candidate.drawbacks[0]);
    // By its plan alone it is a low one.
    expect(proved?.candidate.risk.level).toMatch(/^(medium|high)$/);
  },
  TIMEOUT_MS,
);

test(
  "several changes are tested as one: each has the verdict of all, and one that breaks takes the others along",
  async () => {
    const second = add({ column: "checked_on", type: "DATE" });
    const together = await request([add(), second]);
    expect(together.accepted.map(({ verdict }) => verdict.code)).toEqual(["fits", "fits"]);
    expect(together.set_evidence).not.toBeNull();
    const broken = await request([second, add({ is_required: true })]);
    expect(broken.accepted).toEqual([]);
    expect(broken.alternatives.map(({ verdict }) => verdict.code)).toEqual([
      "violates_data",
      "violates_data",
    ]);
  },
  TIMEOUT_MS,
);

test(
  "a plan whose rollback leaves a trace does not fit",
  async () => {
    const { tables } = source.schema;
    const compile: ProofInput["compile"] = (some) => ({
      ...compilePlan(tables, some),
      revert_statements: [],
    });
    const found = judged(await request([add()], { compile }));
    expect(found).toMatchObject({ code: "failed_to_apply", isFit: false });
    expect(found.reason).toBe(
      "Its rollback does not restore all of it: the schema is another one.",
    );
  },
  TIMEOUT_MS,
);

test("a fault of the program ends the test, and is told with the changes", async () => {
  const problems: string[] = [];
  const events: ProofEvent[] = [];
  const tested = request([add()], {
    compile: () => {
      throw new TypeError("undefined is not a function");
    },
    onProblem: (what) => problems.push(what),
    onEvent: (event) => events.push(event),
  });
  await expect(tested).rejects.toThrow("undefined is not a function");
  expect(problems).toEqual([expect.stringMatching(/^testing add_column:projects:risk_id/)]);
  expect(events.at(-1)).toMatchObject({ kind: "problem", what: problems[0] });
});

test("what a hard fact speaks against is published without a measurement", async () => {
  const { tables } = source.schema;
  const asked = proposeRequested(
    { tables, queries, freeBytes: 1 },
    { changes: [{ kind: "cluster_table", table: "projects", keys: ["name"] }, add()], reason: "" },
  );
  expect(asked.candidates).toEqual([]);
  const published: ProofResult[] = [];
  const result = await proveProduct(source, folder, [], {
    ...{ queries, excluded: asked.excluded, isRequested: true },
    onAdvice: async (given) => {
      published.push(given);
      return "stop";
    },
  });
  expect(published).toEqual([result]);
  expect(result.alternatives.map(({ verdict }) => verdict.code)).toEqual([
    "excluded_by_rule",
    "excluded_by_rule",
  ]);
});
