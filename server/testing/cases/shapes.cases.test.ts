import { afterAll, beforeAll, expect, test } from "vitest";
import { readPlan } from "@/server/proving/measure/replay/read-plan";
import { withLiterals } from "@/server/proving/measure/replay/replay-text";
import { openSession, type Session } from "@/server/proving/measure/shadow";
import { createShapeParser, parameterValues, type ShapeParser } from "@/server/workload";
import { readCase } from "./read-case";

let parser: ShapeParser;
let sessions: Session[] = [];
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => {
  for (const session of sessions) session.close();
  sessions = [];
  parser.close();
});

async function open(setup: string[]): Promise<Session> {
  const { signal } = new AbortController();
  const session = await openSession({ file: ":memory:", threads: 1, signal, prepare: setup });
  sessions.push(session);
  return session;
}

test("02: a literal's replay asks for the same rows by the same plan", async () => {
  const { setup, queries } = readCase("02");
  const session = await open(setup);
  for (const sql of queries) {
    const query = await parser.normalize(sql);
    const text = withLiterals(query.sql, parameterValues(query.parameters, []) ?? []);
    expect(text).not.toBe(query.sql);
    expect(await session.rows(text), sql).toEqual(await session.rows(sql));
    expect(await readPlan(session, text), sql).toBe(await readPlan(session, sql));
  }
});

test("13: one shape for every search term", async () => {
  const { queries, more } = readCase("13");
  const print = async (sql: string) => (await parser.normalize(sql)).fingerprint;
  expect(new Set(await Promise.all(queries.map(print))).size).toBe(1);
  const others: Record<string, string> = { "'a'": "'b'", "'ann'": "'bob'", "0.8": "0.75" };
  Object.assign(others, {
    "52.5": "48.137",
    "13.4": "11.5",
    "0.1": "0.25",
    "2020-01-01": "2021-02-03",
  });
  for (const condition of more) {
    const other = condition.replace(
      /'ann'|'a'|0\.8|52\.5|13\.4|0\.1|2020-01-01/g,
      (one) => others[one] ?? one,
    );
    expect(other).not.toBe(condition);
    const [a, b] = [condition, other].map((each) => `SELECT id FROM t WHERE ${each}`);
    expect(await print(b ?? ""), other).toBe(await print(a ?? ""));
  }
});

test("20: queries with a VALUES list are read", async () => {
  for (const sql of readCase("20").queries) {
    const query = await parser.normalize(sql);
    expect(query.isParsed, sql).toBe(true);
    expect(await parser.normalize(query.sql)).toMatchObject({ sql: query.sql, isParsed: true });
  }
  const shape = await parser.parse(readCase("20").queries[1] ?? "", [
    { name: "ev", columns: [{ name: "id" }] },
  ]);
  expect(shape).toMatchObject({ tables: ["ev"], selectsStar: false, isParsed: true });
});
