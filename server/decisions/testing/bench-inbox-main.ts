import { randomUUID } from "node:crypto";
import { users } from "@/drizzle/schema";
import type { Actor, CountSuggestions, ListSuggestions } from "@/server/contracts";
import {
  closeDatabase,
  contextFor,
  createRoot,
  type Database,
  isSet,
  openDatabase,
  type ServiceContext,
  setEnv,
} from "@/server/platform";
import { startTemporaryPostgres } from "@/server/platform/embedded-postgres";
import { migrateDatabase } from "@/server/platform/migrations";
import { quantile } from "@/server/statistics";
import { countSuggestions, listSuggestions } from "../read-suggestions";
import { SEEDED_TABLES, seedDecisions } from "./seed-decisions";

/** `npm run bench -- dashboard [decisions]`. */
const DECISIONS = Number(process.argv[2] ?? 100_000);
const RUNS = 40;
const WARM_UP_RUNS = 3;
const PEOPLE = 5;
const PAGE = 50;
/** The page a person may have scrolled to. */
const PAGES_DEEP = 20;
/** What the inbox may take, ms. */
const GOAL_MS = 50;
const POOL_MAX = 10;

if (!isSet("SESSION_SECRET")) {
  setEnv({ SIDECAR_MODE: "demo", SESSION_SECRET: randomUUID() + randomUUID() });
}

const REVIEW = { state: ["pending"], is_snoozed: false } satisfies Partial<ListSuggestions>;
const RUNNING: ListSuggestions["state"] = ["approved", "executing", "executed", "verified"];
const CLOSED: ListSuggestions["state"] = [
  ...(["cancelled", "no_gain", "rejected", "expired", "superseded", "failed", "reverted"] as const),
];
const TABS: CountSuggestions["filters"] = [
  ...[REVIEW, { state: ["proving" as const] }, { state: RUNNING }, { state: CLOSED }],
];

/** What a person asks for in the inbox; `n` is different for each run. */
const LISTS: Record<string, (n: number) => Partial<ListSuggestions>> = {
  "to review, by impact": () => ({ ...REVIEW, sort: "impact" }),
  "to review, by expiry": () => ({ ...REVIEW, sort: "expiry" }),
  "to review, newest": () => ({ ...REVIEW, sort: "newest" }),
  "approved and executed": () => ({ state: RUNNING }),
  closed: () => ({ state: CLOSED }),
  "closed, by impact": () => ({ state: CLOSED, sort: "impact" }),
  "all, newest": () => ({}),
  "all, by impact": () => ({ sort: "impact" }),
  "all, by expiry": () => ({ sort: "expiry" }),
  "search: a table": (n) => ({ search: `table ${(n * 7) % SEEDED_TABLES}` }),
  "search: a table, by impact": (n) => ({ search: `table ${n % SEEDED_TABLES}`, sort: "impact" }),
  "search: a word of all": () => ({ search: "create" }),
  "search: a word of all, by impact": () => ({ ...REVIEW, search: "create", sort: "impact" }),
  "search: a beginning of many": (n) => ({ search: `tab ${n % 10}` }),
  "search: nothing": (n) => ({ search: `nothing${n}` }),
  "one kind": () => ({ ...REVIEW, kind: ["change_type"], sort: "impact" }),
  "high risk": () => ({ ...REVIEW, risk: ["high"], sort: "impact" }),
  "high risk of all, by impact": () => ({ risk: ["high"], sort: "impact" }),
  estimates: () => ({ ...REVIEW, basis: "estimate", sort: "impact" }),
  "one product": (n) => ({ ...REVIEW, product_id: `product-${n % 5}`, sort: "impact" }),
  "assigned to me": () => ({ ...REVIEW, assignee: "me", sort: "impact" }),
  "assigned to nobody": () => ({ ...REVIEW, assignee: "nobody", sort: "impact" }),
  unread: () => ({ ...REVIEW, is_unread: true, sort: "impact" }),
  "unread of all": () => ({ is_unread: true }),
  read: () => ({ is_unread: false }),
  snoozed: () => ({ state: ["pending"], is_snoozed: true, sort: "impact" }),
  "all at once": (n) => ({
    ...{ ...REVIEW, risk: ["low"], kind: ["add_index"], basis: "measured", is_unread: true },
    ...{ assignee: "nobody", search: `table ${n % 10}`, sort: "impact" },
  }),
};

async function makePeople(db: Database): Promise<Actor[]> {
  const people = Array.from({ length: PEOPLE }, (_, n) => `person-${n}@example.com`);
  const rows = await db
    .insert(users)
    .values(
      people.map((email) => ({
        email,
        name: email,
        passwordHash: "-",
        roles: ["reviewer" as const],
      })),
    )
    .returning({ id: users.id, email: users.email });
  return rows.map(({ id, email }) => ({ kind: "user", id, label: email, roles: ["reviewer"] }));
}

/** Where a person is who has scrolled down so many pages, or to the last but one. */
async function cursorOf(ctx: ServiceContext, input: Partial<ListSuggestions>): Promise<string> {
  let cursor = "";
  for (let page = 0; page < PAGES_DEEP; page += 1) {
    const given = { limit: PAGE, ...input, ...(cursor !== "" && { cursor }) };
    const { next_cursor } = await listSuggestions({ ctx, input: given });
    if (next_cursor === null) break;
    cursor = next_cursor;
  }
  if (cursor === "") throw new Error("The list has one page alone.");
  return cursor;
}

type Ask = (ctx: ServiceContext, n: number) => Promise<unknown>;

/** The questions by their names. */
async function questionsOf(ctx: ServiceContext): Promise<Map<string, Ask>> {
  const questions = new Map<string, Ask>();
  const counts = { filters: TABS, count_max: 50 };
  questions.set("numbers of the tabs", (by) => countSuggestions({ ctx: by, input: counts }));
  for (const [name, inputOf] of Object.entries(LISTS)) {
    questions.set(name, (by, n) =>
      listSuggestions({ ctx: by, input: { limit: PAGE, ...inputOf(n) } }),
    );
  }
  for (const name of ["to review, by impact", "all, newest", "all, by impact"]) {
    const input = LISTS[name]?.(0) ?? {};
    const deep = { limit: PAGE, ...input, cursor: await cursorOf(ctx, input) };
    questions.set(`${name}, far down`, (by) => listSuggestions({ ctx: by, input: deep }));
  }
  return questions;
}

/**
 * Milliseconds of each run, ascending, by question. All are asked in turn, so that what else the machine does
 * meets each of them; the first runs warm up and do not count.
 */
async function measure(contexts: readonly ServiceContext[]): Promise<Map<string, number[]>> {
  const [first] = contexts;
  if (first === undefined) throw new Error("Nobody is there to ask.");
  const questions = await questionsOf(first);
  const times = new Map([...questions.keys()].map((name): [string, number[]] => [name, []]));
  for (let n = 0; n < WARM_UP_RUNS + RUNS; n += 1) {
    for (const [name, ask] of questions) {
      const begun = performance.now();
      await ask(contexts[n % contexts.length] ?? first, n);
      if (n >= WARM_UP_RUNS) times.get(name)?.push(performance.now() - begun);
    }
  }
  for (const each of times.values()) each.sort((a, b) => a - b);
  return times;
}

function print(name: string, times: readonly number[]): void {
  const [p50, p95] = [0.5, 0.95].map((share) => quantile(times, share));
  const mark = (p95 ?? 0) < GOAL_MS ? "" : `  over ${GOAL_MS} ms`;
  const [half, most] = [p50, p95].map((ms) => `${ms?.toFixed(1)} ms`.padStart(10));
  console.log(`${name.padEnd(44)}${half}${most}${mark}`);
}

async function main(): Promise<void> {
  const postgres = await startTemporaryPostgres();
  try {
    await migrateDatabase(postgres.urlOf("postgres"));
    const db = openDatabase(postgres.urlOf("postgres"), POOL_MAX);
    const people = await makePeople(db);
    const begun = performance.now();
    await seedDecisions(db, { count: DECISIONS, people: people.map(({ id }) => id) });
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    console.log(`${DECISIONS} decisions stored in ${seconds} s; ${RUNS} runs of each\n`);
    console.log(`${"".padEnd(44)}${"p50".padStart(10)}${"p95".padStart(10)}`);
    const root = createRoot("test", { db });
    const found = await measure(people.map((actor) => contextFor(root, actor)));
    for (const [name, times] of found) print(name, times);
    print(
      "all of these",
      [...found.values()].flat().toSorted((a, b) => a - b),
    );
    await closeDatabase(db);
  } finally {
    await postgres.stop();
  }
}

await main();
