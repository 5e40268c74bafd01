import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { AnalyzeRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { adviseContext } from "./context-advice";

/** A request as somebody would send it, and what an expert of DuckDB would answer. */
const Request = z.strictObject({
  id: z.string(),
  domain: z.string(),
  table: z.string(),
  /** `name TYPE, …`; a star after the type: it is indexed. */
  columns: z.string(),
  queries: z.array(z.tuple([z.string(), z.number()])),
  views: z.array(z.object({ name: z.string(), sql: z.string() })).optional(),
  row_count: z.number().optional(),
  statistics: z.record(z.string(), z.object({ distinct_count: z.number() })).optional(),
  opinion: z.string(),
  /** Answers that have to be given, and that must not: `kind:table:target`, or its beginning. */
  advise: z.array(z.string()).default([]),
  avoid: z.array(z.string()).default([]),
  /** No change at all is to be suggested. */
  silent: z.boolean().default(false),
  /** Why the answer is not the expert's; the test fails as soon as it is. */
  difference: z.string().optional(),
});
type Request = z.infer<typeof Request>;

const FILE = new URL("../testing/context-requests/requests.json", import.meta.url);
const requests = z.array(Request).parse(JSON.parse(readFileSync(FILE, "utf8")));

/** Columns of `a BIGINT*, b ENUM('x', 'y')`: commas inside brackets separate nothing. */
function contextOf({ table, columns, queries, views, row_count, statistics }: Request) {
  const parts = columns.split(/,\s*(?![^()]*\))/).map((part) => /^(\w+) (.*?)(\*?)$/.exec(part));
  return AnalyzeRequest.shape.context.parse({
    table_name: table,
    query_patterns: queries.map(([query, frequency]) => ({ query, frequency })),
    current_schema: parts.map((part) => ({
      ...{ name: part?.[1], type: part?.[2], indexed: part?.[3] === "*" },
      statistics: statistics?.[part?.[1] ?? ""],
    })),
    current_views: views,
    row_count,
  });
}

interface Answer {
  suggested: string[];
  other: string[];
}

async function answerTo(request: Request): Promise<Answer> {
  const context = contextOf(request);
  try {
    const advice = await adviseContext(context, context.current_schema ?? [], new Date());
    const suggested = advice.candidates.map(({ change, target }) =>
      change.kind === "rewrite_query"
        ? `rewrite_query:${change.rule}`
        : `${change.kind}:${change.table}:${target}`,
    );
    const findings = advice.findings.map(({ kind, column }) => `finding:${kind}:${column}`);
    return {
      suggested,
      other: [...findings, ...advice.unread.map((one) => `unread:${one.reason}`)],
    };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid_input") throw error;
    return { suggested: [], other: ["refused"] };
  }
}

/** What the answer lacks, or should not say, by the expert. */
function differences({ advise, avoid, silent }: Request, { suggested, other }: Answer): string[] {
  const all = [...suggested, ...other];
  const isSame = (wanted: string, given: string) => `${given}:`.startsWith(`${wanted}:`);
  return [
    ...advise
      .filter((wanted) => !all.some((given) => isSame(wanted, given)))
      .map((one) => `lacks ${one}`),
    ...suggested
      .filter((given) => silent || avoid.some((one) => isSame(one, given)))
      .map((one) => `says ${one}`),
  ];
}

test("are at least 60, each with something to check", () => {
  expect(requests.length).toBeGreaterThanOrEqual(60);
  expect(new Set(requests.map(({ id }) => id)).size).toBe(requests.length);
  const unchecked = requests.filter(
    ({ advise, avoid, silent }) => advise.length + avoid.length === 0 && !silent,
  );
  expect(unchecked).toEqual([]);
});

test.each(requests.map((request) => [request.id, request] as const))(
  "%s is answered as an expert would",
  async (_, request) => {
    const found = differences(request, await answerTo(request));
    // A difference that is declared has to be one still.
    if (request.difference === undefined) expect(found).toEqual([]);
    else expect(found).not.toEqual([]);
  },
);

const code = (text: string): string => (text.includes("`") ? `\`\`${text}\`\`` : `\`${text}\``);
const cell = (text: string): string => text.replaceAll("|", "\\|");

function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  const lineOf = (row: readonly string[], fill = " ") =>
    `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0, fill)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [
    lineOf(head),
    lineOf(
      head.map(() => ""),
      "-",
    ),
    ...body.map((row) => lineOf(row)),
  ].join("\n");
}

test("docs/context-answers.md shows every request, the expert's opinion and the answer", async () => {
  const rows = await Promise.all(
    requests.map(async (request) => {
      const { suggested, other } = await answerTo(request);
      const given = [...suggested, ...other].map((one) => `\`${one}\``).join(", ") || "nothing";
      const asked = request.queries.map(([sql, calls]) => `${code(sql)} (${calls})`).join("; ");
      const verdict = request.difference === undefined ? "yes" : `no: ${request.difference}`;
      return [request.id, request.domain, cell(asked), cell(request.opinion), cell(given), verdict];
    }),
  );
  const agreed = requests.filter(({ difference }) => difference === undefined).length;
  const head = ["request", "domain", "queries (calls)", "an expert", "the answer", "agrees"];
  const text = `# Answers from a request alone

What the sidecar answers where it knows nothing but a request: names, types, queries and how often they run.
${requests.length} requests, each with an expert's opinion formed from [DuckDB's rules](candidates.md); the answer agrees in ${agreed}.
The requests are \`server/testing/context-requests/requests.json\`. The table is written by
\`server/decisions/context-answers.test.ts\` (\`npx vitest run server/decisions/context-answers.test.ts -u\`), which
fails where an answer is not the expert's and no difference is declared. The opinions come from the authors of the rules,
not from an independent judge.

An answer is checked for what it must and must not suggest; what an expert would leave open is not checked. \`finding:\`
is an observation beside the suggestions, \`unread:\` a query that was not taken into account, with the reason.

${tableOf([head, ...rows])}
`;
  await expect(text).toMatchFileSnapshot("../../docs/context-answers.md");
});
