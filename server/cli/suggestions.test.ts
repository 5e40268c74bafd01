import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { AuditPage, type Change, type Plan, SuggestionPage } from "@/server/contracts";
import { rejectSuggestion } from "@/server/decisions";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import {
  ACTORS,
  candidateOf,
  contextOf,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { runCli } from "./run";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const planOf = (...statements: string[]): Plan => ({
  statements,
  revert_statements: [],
  cleanup_statements: [],
  is_reversible: true,
});
const index: Change = { kind: "add_index", table: "projects", column: "status" };
const rewrite: Change = {
  kind: "rewrite_query",
  table: "projects",
  rule: "prune_star",
  rewrites: [{ fingerprint: "star", sql: "SELECT status\n  FROM projects" }],
};

/** The lines that a command prints. */
async function printed(...args: string[]): Promise<string[]> {
  setEnv({ DATABASE_URL: database.url });
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    expect(await runCli(args)).toBe(0);
    return out.mock.calls
      .map(([text]) => String(text))
      .join("")
      .split("\n");
  } finally {
    out.mockRestore();
  }
}

/** What `show` prints below the first two lines. */
const shown = async (id: string) => (await printed("show", id)).slice(2);

test("a test run is cancelled at the shell", async () => {
  const { id } = await storeSuggestion(database.db, { state: "proving" });
  const [first, note] = await printed("cancel", id);
  expect(first).toMatch(new RegExp(`^${id}  cancelled`));
  expect(note).toContain("cancelled before it had a result");
});

test("a name with control characters does not steer the terminal", async () => {
  const table = "\u001b[2J\u009b1mprojects\r";
  const { id } = await storeSuggestion(database.db, {
    state: "pending",
    candidates: [candidateOf({ ...index, table }, planOf())],
  });
  const text = (await shown(id)).join("\n");
  expect(text).toContain("add_index on □[2J□1mprojects□.status");
  for (const control of ["\u001b", "\u009b", "\r"]) expect(text).not.toContain(control);
});

test("a suggestion is shown with what runs, what the developers change, and what both save", async () => {
  const { id } = await storeSuggestion(database.db, {
    state: "pending",
    candidates: [
      candidateOf(index, planOf("CREATE INDEX i ON projects (status);")),
      candidateOf(rewrite, planOf()),
    ],
    evidence: [evidenceOf([queryEvidenceOf("q", 0.5)]), evidenceOf([queryEvidenceOf("star", 0.9)])],
  });
  expect(await shown(id)).toEqual([
    "  You get now: Not measured together: gains of single changes do not add up.",
    "  After code changes: Not measured together.",
    "  Queries: Not measured together.",
    "  Write lock: The build on projects takes about 120 ms (as on the shadow copy); writes during it were not tested.",
    "  Inserts: Not measured together.",
    // The fixtures say nothing of rollback and risk.
    "  Rollback: ",
    "  Risk: Low. ",
    "  Evidence: No grade: these changes were not measured query by query.",
    "  Track record: No execution has been verified here yet.",
    "  suggested: add_index on projects.status (add_index; measured: 50% [48%, 52%] less time)",
    "    CREATE INDEX i ON projects (status);",
    "  advice for the product's developers: rewrite_query on projects. (rewrite_query; measured: 90% [88%, 92%] less time)",
    "    query star becomes: SELECT status FROM projects",
    "  approval: Every change needs a reviewer.",
    "  approval: 0 of 1 approval; a reviewer is still needed.",
    "",
  ]);
});

test("a change that was rejected before says so, by whom and why", async () => {
  const store = (productId: string) =>
    storeSuggestion(database.db, {
      productId,
      state: "pending",
      candidates: [candidateOf(index, planOf("CREATE INDEX i ON projects (status);"))],
    });
  const first = await store("rejected");
  await rejectSuggestion({
    ctx: contextOf(database.db, ACTORS.reviewer),
    input: { suggestion_id: first.id, reason: "not\nthis week" },
  });
  const next = await store("rejected");
  expect(await shown(next.id)).toContain(
    `    rejected before, by reviewer@test in ${first.id}: not this week`,
  );
});

test("nobody decides at the shell without saying who they are", async () => {
  setEnv({ DATABASE_URL: database.url });
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    expect(await runCli(["approve", "sugg-000000000000"])).toBe(5);
    expect(err.mock.calls.join("")).toContain("forbidden");
  } finally {
    err.mockRestore();
  }
});

test("the inbox holds what waits for a decision, the largest gain first; filters narrow it", async () => {
  const store = (state: "pending" | "proving", productId: string) =>
    storeSuggestion(database.db, {
      ...{ productId, state },
      candidates: [candidateOf(index, planOf("CREATE INDEX i ON projects (status);"))],
    });
  const [open, running] = [await store("pending", "inbox"), await store("proving", "inbox")];
  const inbox = async (...args: string[]) => {
    const text = (await printed("--json", "inbox", "--product", "inbox", ...args)).join("\n");
    return SuggestionPage.parse(JSON.parse(text)).items.map((item) => item.suggestion_id);
  };
  expect(await inbox()).toEqual([open.id]);
  expect(await inbox("--all", "--sort", "newest")).toEqual([running.id, open.id]);
  expect(await inbox("--state", "proving")).toEqual([running.id]);
  expect(await inbox("--kind", "drop_index")).toEqual([]);
  const [head, row] = await printed("inbox", "--product", "inbox");
  expect(head).toMatch(/^ID +STATE +GAIN +RISK +PRODUCT +TITLE$/);
  expect(row).toContain(open.id);
});

test("a person approves or rejects at the shell; a second decision is a conflict", async () => {
  const decided = async (id: string, ...args: string[]) => {
    setEnv({ DATABASE_URL: database.url });
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, "write").mockReturnValue(true),
    );
    try {
      return await runCli([...args, id, "--as", "rita@example.org"]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  };
  await printed("users", "create", "--email", "rita@example.org", "--roles", "reviewer,viewer");
  const store = () =>
    storeSuggestion(database.db, {
      ...{ productId: "decide", state: "pending" as const },
      candidates: [candidateOf(index, planOf("CREATE INDEX i ON projects (status);"))],
    });
  const { id } = await store();
  expect(await decided(id, "approve", "--reason", "measured well")).toBe(0);
  expect(await decided(id, "reject", "--reason", "too late")).toBe(4);
  const other = await store();
  expect(await decided(other.id, "reject")).toBe(2);
  expect(await decided(other.id, "reject", "--reason", "not now")).toBe(0);
  expect(await decided("sugg-000000000000", "reject", "--reason", "x")).toBe(3);
  expect(await decided(other.id, "execute")).toBe(5);
  const entries = await printed(
    "--json",
    "audit",
    "--actor",
    "rita",
    "--action",
    "suggestion.reject",
  );
  const page = AuditPage.parse(JSON.parse(entries.join("\n")));
  expect(page.items.map(({ subject_id }) => subject_id)).toEqual([other.id]);
  const csv = await printed("audit", "export", "--actor", "rita");
  expect(csv[0]).toContain('"actor","action"');
  expect(csv.filter((line) => line.includes("rita@example.org"))).toHaveLength(2);
});
