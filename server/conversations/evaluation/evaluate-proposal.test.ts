import { expect, test } from "vitest";
import type { SchemaProposalSubject } from "@/server/contracts";
import { emptySchema } from "@/server/decisions/testing/fixtures";
import { typeReader } from "@/server/workload";
import { tableOf } from "../testing/mesh";
import { DETAILS } from "../testing/schema-change";
import { evaluateProposal } from "./evaluate-proposal";
import type { KnownHere, ReadText } from "./known-here";

const SENDER = { agent_id: "agent-finance", product_id: "finance", domain: "financing" };

const ASSESSMENTS = tableOf(
  "risk_assessments",
  { risk_assessment_id: "UUID" },
  { key: "risk_assessment_id" },
);
const MIRROR = tableOf(
  "Projects",
  { project_id: "UUID", status: "VARCHAR" },
  { key: "project_id" },
);

const readOf = (change: Partial<ReadText>): ReadText => ({
  ...{ kind: "query", name: "SELECT status FROM projects", sql: "", tables: ["Projects"] },
  ...{ columns: [{ table: "Projects", column: "status" }], selectsStar: false },
  ...change,
});

async function evaluate(
  proposal: { operation?: SchemaProposalSubject["operation"]; details?: Record<string, unknown> },
  here: {
    tables?: KnownHere["schema"]["tables"];
    texts?: ReadText[];
    summaries?: KnownHere["summaries"];
  },
) {
  const { tables = [], texts = [], summaries = [] } = here;
  const schema = emptySchema({ product_id: "risk", tables });
  return evaluateProposal(
    { schema, texts, summaries, types: await typeReader() },
    {
      proposal: {
        operation: proposal.operation ?? "add_column",
        details: { ...DETAILS, ...proposal.details } as SchemaProposalSubject["details"],
      },
      sender: SENDER,
    },
  );
}

test("nothing touched: accepted, with what was looked up", async () => {
  const { answer, changes } = await evaluate({}, { tables: [tableOf("loans", { id: "UUID" })] });
  expect(answer).toMatchObject({ verdict: "accept", counter: null });
  expect(answer.reasons).toEqual([
    "Nothing here has to do with projects.risk_assessment_id: looked up 1 table, 0 views, 0 query shapes.",
  ]);
  expect(changes).toEqual([]);
});

test("a table of the same name, whatever its case, gets the same column", async () => {
  const star = readOf({ name: "SELECT * FROM projects", columns: [], selectsStar: true });
  const { answer, changes } = await evaluate({}, { tables: [MIRROR], texts: [star, readOf({})] });
  expect(answer.verdict).toBe("accept");
  expect(changes).toEqual([
    {
      ...{ kind: "add_column", table: "Projects", column: "risk_assessment_id", type: "UUID" },
      ...{ default: null, is_required: false, references: null },
    },
  ]);
  expect(answer.evidence.touches).toEqual([
    { kind: "table", name: "Projects", rows: 1000 },
    { kind: "query", name: "SELECT * FROM projects" },
  ]);
});

test("the column is here already: of the same type there is nothing to do, of another it is countered", async () => {
  const same = tableOf("projects", { RISK_ASSESSMENT_ID: "UUID" });
  expect(await evaluate({}, { tables: [same] })).toMatchObject({
    answer: { verdict: "accept" },
    changes: [],
  });
  const text = tableOf("projects", { risk_assessment_id: "VARCHAR" });
  expect((await evaluate({}, { tables: [text] })).answer).toMatchObject({
    ...{ verdict: "counter", counter: { details: { column_type: "VARCHAR" } } },
  });
});

test("the name is taken for something else: another name is countered, and tested", async () => {
  const taken = tableOf("projects", {
    risk_assessment_id: "DATE",
    financing_risk_assessment_id: "DATE",
  });
  const { answer, changes } = await evaluate({}, { tables: [taken] });
  expect(answer.counter?.details.column_name).toBe("financing_risk_assessment_id_2");
  expect(changes).toMatchObject([{ kind: "add_column", column: "financing_risk_assessment_id_2" }]);
});

test.each([
  ["VARCHAR", "counter", "UUID"],
  ["INTEGER", "counter", "UUID"],
  ["UUID", "accept", undefined],
])("a column of type %s that means our key of UUID: %s", async (type, verdict, wanted) => {
  const { answer } = await evaluate({ details: { column_type: type } }, { tables: [ASSESSMENTS] });
  expect(answer.verdict).toBe(verdict);
  expect(answer.counter?.details.column_type).toBe(wanted);
});

test.each([
  ["BIGINT", "accept"],
  ["SMALLINT", "counter"],
])("whole numbers: %s for a key of INTEGER is %s", async (type, verdict) => {
  const key = tableOf(
    "risk_assessments",
    { risk_assessment_id: "INTEGER" },
    { key: "risk_assessment_id" },
  );
  const { answer } = await evaluate({ details: { column_type: type } }, { tables: [key] });
  expect(answer.verdict).toBe(verdict);
});

test("a key that is named but not declared is declared, where its values may be one", async () => {
  const references = { product_id: "risk", table: "risk_assessments", column: "id" };
  const undeclared = tableOf("risk_assessments", { id: "UUID" });
  const found = await evaluate({ details: { references } }, { tables: [undeclared] });
  expect(found.changes).toEqual([
    {
      kind: "add_constraint",
      table: "risk_assessments",
      constraint: "PRIMARY KEY",
      columns: ["id"],
    },
  ]);
  const keyed = tableOf("risk_assessments", { id: "UUID", no: "INTEGER" }, { key: "no" });
  const second = await evaluate({ details: { references } }, { tables: [keyed] });
  expect(second.changes).toMatchObject([{ constraint: "UNIQUE" }]);
});

test("a column of the new one's name whose values are unique is a key, declared or not; of repeated values it is none", async () => {
  const table = "risk_assessments";
  const unique = await evaluate({}, { tables: [tableOf(table, { risk_assessment_id: "UUID" })] });
  expect(unique.changes).toMatchObject([{ kind: "add_constraint", constraint: "PRIMARY KEY" }]);
  const scores = tableOf("scores", { risk_assessment_id: "UUID" });
  const repeated = {
    ...scores,
    columns: scores.columns.map((column) => ({
      ...column,
      statistics: { distinct_count: 100, null_fraction: 0, min: null, max: null },
    })),
  };
  const none = await evaluate({}, { tables: [repeated] });
  expect([none.answer.verdict, none.changes]).toEqual(["accept", []]);
});

test("a key that does not exist here is a rejection; one of another product is not ours to judge", async () => {
  const references = { product_id: "risk", table: "risk_assessments", column: "missing" };
  const missing = await evaluate({ details: { references } }, { tables: [ASSESSMENTS] });
  expect(missing.answer).toMatchObject({ verdict: "reject" });
  expect(missing.answer.reasons.join(" ")).toContain("has no such column");
  const other = { ...references, product_id: "ratings" };
  const { answer } = await evaluate({ details: { references: other } }, { tables: [ASSESSMENTS] });
  expect(answer.verdict).toBe("accept");
});

test("NOT NULL without a default on rows that are here: countered without it", async () => {
  const { answer, changes } = await evaluate({ details: { required: true } }, { tables: [MIRROR] });
  expect(answer).toMatchObject({ verdict: "counter", counter: { details: { required: false } } });
  expect(changes).toMatchObject([{ is_required: false }]);
  const filled = await evaluate(
    { details: { required: true, default: "x" } },
    { tables: [MIRROR] },
  );
  expect(filled.changes).toMatchObject([{ is_required: true, default: "x" }]);
});

test.each(["drop_column", "rename_column"] as const)(
  "%s of a column that is read here is rejected, with the queries, views, indexes and summaries named",
  async (operation) => {
    const indexed = {
      ...MIRROR,
      indexes: [{ name: "by_status", columns: ["status"], is_unique: false, sql: "" }],
    };
    const { answer } = await evaluate(
      { operation, details: { column_name: "status", new_name: "state" } },
      {
        tables: [indexed],
        texts: [
          readOf({}),
          readOf({ kind: "view", name: "active" }),
          readOf({ name: "unread", sql: "PIVOT projects ON status", tables: null, columns: [] }),
          readOf({ name: "another", columns: [] }),
        ],
        summaries: [{ name: "projects_by_status", table: "projects", columns: ["status"] }],
      },
    );
    expect(answer.verdict).toBe("reject");
    expect(answer.evidence.touches?.map(({ name }) => name)).toEqual([
      ...["Projects", "SELECT status FROM projects", "active", "unread"],
      ...["by_status", "projects_by_status"],
    ]);
  },
);

test.each(["order lines", "my-table", "a.b"])(
  "a text that could not be read is found by the name %s in it",
  async (name) => {
    const unread = readOf({ name: "unread", sql: `PIVOT "${name}" ON "${name}"`, tables: null });
    const { answer } = await evaluate(
      { operation: "drop_column", details: { table: name, column_name: name } },
      { tables: [tableOf(name, { [name]: "UUID" })], texts: [unread] },
    );
    expect(answer.verdict).toBe("reject");
    expect(answer.evidence.touches).toContainEqual({ kind: "query", name: "unread" });
  },
);

test("a column that nothing reads may go", async () => {
  const { answer, changes } = await evaluate(
    { operation: "drop_column", details: { column_name: "status" } },
    { tables: [MIRROR], texts: [readOf({ columns: [] })] },
  );
  expect([answer.verdict, changes]).toEqual(["accept", []]);
});

test("another type: what holds the values is followed, what loses some is countered with ours", async () => {
  const ids = tableOf("projects", { id: "INTEGER" });
  const change = (column_type: string) =>
    evaluate(
      { operation: "change_type", details: { column_name: "id", column_type } },
      { tables: [ids] },
    );
  expect((await change("BIGINT")).changes).toMatchObject([
    { kind: "change_type", column: "id", from: "INTEGER", to: { name: "BIGINT" } },
  ]);
  expect((await change("DATE")).answer).toMatchObject({
    ...{ verdict: "counter", counter: { details: { column_type: "INTEGER" } } },
  });
});

test("a name or a type that is none is rejected", async () => {
  const name = await evaluate(
    { details: { column_name: "a; DROP TABLE x" } },
    { tables: [MIRROR] },
  );
  const type = await evaluate({ details: { column_type: "UUID); --" } }, { tables: [MIRROR] });
  expect([name.answer.verdict, type.answer.verdict]).toEqual(["reject", "reject"]);
});
