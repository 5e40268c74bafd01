import { sql } from "drizzle-orm";
import type { SuggestionState } from "@/server/contracts";
import type { Database } from "@/server/platform";
import { evidenceOf, queryEvidenceOf } from "./evidence";

/** How many of a hundred decisions are in each state, as after a year of use. */
const STATES_PERCENT: Partial<Record<SuggestionState, number>> = {
  ...{ pending: 10, proving: 1, approved: 1, executed: 2, verified: 26 },
  ...{ rejected: 20, expired: 10, no_gain: 15, superseded: 12, reverted: 3 },
};
export const SEEDED_TABLES = 200;
const PRODUCTS = 5;
/** What was measured of one change takes about this many queries' samples: some tens of kB. */
const QUERIES_MEASURED = 60;

const STATES = Object.entries(STATES_PERCENT).flatMap(([state, count]) => Array(count).fill(state));

/** A row's own number between 0 and 1, always the same: rows of one state have all kinds, risks and gains. */
const drawn = (salt: string) =>
  sql.raw(`(('x' || substr(md5('${salt}' || n), 1, 7))::bit(28)::int / 268435456.0)`);

/**
 * Fills an empty database with decisions: their suggestions over the last year with one change or two each, what
 * was measured of those that wait, and what `people` have read, put off, been assigned and written. In SQL: a
 * decision at a time would take an hour.
 */
export async function seedDecisions(
  db: Database,
  { count, people }: { count: number; people: readonly string[] },
): Promise<void> {
  const states = `{${STATES.join(",")}}`;
  await db.execute(sql`create unlogged table seed as
    select n, gen_random_uuid() as decision_id, 'sugg-' || lpad(n::text, 12, '0') as id,
      now() - interval '365 days' * ${drawn("at")} as at,
      (${states}::text::text[])[1 + floor(${drawn("state")} * ${STATES.length})::int] as state,
      'table_' || floor(${drawn("table")} * ${SEEDED_TABLES})::int as on_table,
      (array['add_index', 'cluster_table', 'change_type', 'materialize_summary'])[1 + floor(${drawn("kind")} * 4)::int] as kind,
      (array['low', 'medium', 'high'])[1 + floor(${drawn("risk")} ^ 2 * 3)::int] as risk,
      ${drawn("basis")} < 0.8 as is_measured, ${drawn("gain")} as gain
    from generate_series(1, ${count}::int) n`);
  await db.execute(sql`insert into agent_decisions (decision_id, timestamp, operation_type, context, suggestion)
    select decision_id, at, 'schema_optimization', jsonb_build_object('table_name', on_table, 'n', n), '{}' from seed`);
  await db.execute(sql`insert into suggestions (id, decision_id, product_id, state, basis, operation_type,
      request_hash, confidence, requested_by, impact, kinds, risk_level, search_text, created_at, updated_at, expires_at)
    select id, decision_id, 'product-' || n % ${PRODUCTS}, state, case when is_measured then 'measured' else 'estimate' end,
      'schema_optimization', id, 0.9, 'seed', case when is_measured then gain end, array[kind], risk,
      concat_ws(' ', id, 'product', n % ${PRODUCTS}, 'Create', replace(kind, '_', ' '), 'on', replace(on_table, '_', ' ')), at, at,
      case when state = 'pending' then now() + interval '30 days' * gain end
    from seed`);
  await seedItems(db);
  await seedTriage(db, people);
  await db.execute(sql`drop table seed`);
  await db.execute(sql`vacuum analyze`);
}

async function seedItems(db: Database): Promise<void> {
  const queries = Array.from({ length: QUERIES_MEASURED }, (_, n) => queryEvidenceOf(`q${n}`, 0.3));
  const evidence = JSON.stringify(evidenceOf(queries));
  await db.execute(sql`insert into suggestion_items (id, suggestion_id, ordinal, role, candidate, evidence)
    select 'item-' || substr(id, 6) || ordinal, id, ordinal, case when ordinal = 0 then 'suggested' else 'alternative' end,
      jsonb_build_object('candidate_id', kind || ordinal, 'title', concat('Change ', on_table), 'change',
        jsonb_build_object('kind', kind, 'table', on_table)),
      case when state = 'pending' and is_measured then ${evidence}::text::jsonb end
    from seed cross join generate_series(0, 1) ordinal`);
}

async function seedTriage(db: Database, people: readonly string[]): Promise<void> {
  const ids = `{${people.join(",")}}`;
  const count = people.length;
  await db.execute(sql`insert into suggestion_triage (suggestion_id, assignee_id)
    select id, (${ids}::text::uuid[])[1 + n % ${count}] from seed where state = 'pending' and ${drawn("assigned")} < 0.5`);
  // Everybody has read half of everything; some of it has changed since, and some is put off.
  await db.execute(sql`insert into suggestion_marks (suggestion_id, user_id, read_at, snoozed_until)
    select id, person, case when ${drawn("changed")} < 0.8 then at + interval '1 day' else at - interval '1 day' end,
      case when state = 'pending' and ${drawn("snoozed")} < 0.05 then now() + interval '7 days' end
    from seed cross join unnest(${ids}::text::uuid[]) person
    where ('x' || substr(md5(id || person), 1, 7))::bit(28)::int % 2 = 0`);
  await db.execute(sql`insert into suggestion_comments (suggestion_id, author_id, body, at)
    select id, (${ids}::text::uuid[])[1 + n % ${count}], 'Is this needed?', at + interval '2 days'
    from seed where ${drawn("comment")} < 0.1`);
}
