import type { Rng } from "../random";
import { castText, correlated, notIn, numbered, orderedSubquery, wrapped } from "./clumsy-forms";
import { distinctKey, filteredGroup, groupBy, join } from "./group-forms";
import { equality, inList, latest, prefix, range, twoEqualities } from "./lookup-forms";
import type { DrawnQuery, QueryContext } from "./query-parts";
import type { QuerySpec, TableSpec } from "./types";

type Form = (context: QueryContext) => DrawnQuery | null;

/** Forms with how often they are drawn. */
const FORMS: readonly (readonly [[string, Form], number])[] = [
  [["equality", equality], 6],
  [["two_equalities", twoEqualities], 2],
  [["in_list", inList], 2],
  [["range", range], 4],
  [["prefix", prefix], 1.5],
  [["latest", latest], 1.5],
  [["group_by", groupBy], 3],
  [["filtered_group", filteredGroup], 2],
  [["join", join], 3],
  [["distinct_key", distinctKey], 1.5],
  [["wrapped", wrapped], 2.5],
  [["cast_text", castText], 1.5],
  [["ordered_subquery", orderedSubquery], 1],
  [["correlated", correlated], 1.5],
  [["not_in", notIn], 2],
  [["numbered", numbered], 1.2],
];

const CALLS = { low: 3, high: 3000 } as const;

/** Five to nine queries of a family, and inserts into its large table half of the time. */
export function drawQueries(rng: Rng, main: TableSpec, other: TableSpec): QuerySpec[] {
  const queries = new Map<string, QuerySpec>();
  const wanted = rng.int(5, 9);
  for (let tries = 0; tries < 40 && queries.size < wanted; tries++) {
    const [form, draw] = rng.weighted(FORMS);
    const drawn = draw({ rng, main, other });
    if (!drawn) continue;
    const calls = Math.round(rng.logUniform(CALLS.low, CALLS.high));
    queries.set(drawn.sql, { form, calls, ...drawn });
  }
  if (rng.chance(0.5)) {
    const nulls = main.columns.map((_, at) => `$${at + 1}`).join(", ");
    queries.set("insert", {
      form: "insert",
      sql: `INSERT INTO "${main.name}" VALUES (${nulls})`,
      calls: Math.round(rng.logUniform(CALLS.low, CALLS.high)),
      slots: [],
    });
  }
  return [...queries.values()];
}
