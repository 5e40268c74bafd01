import type { RewriteRule } from "@/server/contracts";

/**
 * What rules have a way of their own for, and how a drawn query shows it. A run of some length must be
 * offered a text for each: a form that is never met is a gap in what is drawn, or a rule that no longer fires.
 */
const FORMS: readonly (readonly [rule: RewriteRule, form: string, sign: RegExp])[] = [
  ["sargable_predicate", "year", /\byear\(|'y(ears?)?', |extract\(year/],
  ["sargable_predicate", "epoch", /epoch(_ms|_us)?\(|'epoch', /],
  ["sargable_predicate", "day", /(?<!- )CAST\([\w.]+ AS DATE\) /],
  ["sargable_predicate", "truncated", /date_?trunc\(/],
  ["sargable_predicate", "bucket", /time_bucket\(/],
  ["sargable_predicate", "written", /strftime\(/],
  ["sargable_predicate", "shifted", /(\b[dt](s|z)?|sec|ms) [+-] (INTERVAL|to_days)|date_add\(/],
  ["sargable_predicate", "age", /(now\(\)|TIMESTAMP '[^']+') - (?!INTERVAL)[\w.]+ /],
  ["sargable_predicate", "days", /(DATE '[^']+'|current_date|today\(\)|make_date\([^)]*\)) - CAST/],
  ["sargable_predicate", "difference", /date_?diff\(/],
  [
    "sargable_predicate",
    "zoned",
    / (ts|t\.ts) (=|<|>|<=|>=) (now\(\)|current_timestamp|TIMESTAMPTZ)/,
  ],
  ["sargable_predicate", "in another zone", /AT TIME ZONE/],
  ["sargable_predicate", "end of month", /last_day\(/],
  ["sargable_predicate", "prefix", /(substr|substring|left)\(s, /],
  ["sargable_predicate", "BETWEEN", / BETWEEN /],
  ["sargable_predicate", "IN", / IN \(/],
  ["sargable_predicate", "of a DATE", /[ (.]d[ )]/],
  ["sargable_predicate", "of a TIMESTAMP_S", /\bsec\b[^,]/],
  ["sargable_predicate", "of a TIMESTAMP_MS", /\bms\b[^,]/],
  ["sargable_predicate", "of a TIMESTAMP WITH TIME ZONE", /\btz\b[^,]/],
  ["sargable_predicate", "in ON", / JOIN o ON t\.a = o\.a AND/],
  ["sargable_predicate", "beside a join", / JOIN o ON t\.a = o\.a WHERE/],
  [
    "sargable_predicate",
    "through a derived table",
    /FROM \(SELECT [^(]* FROM t( WHERE a > 0)?\) t\b/,
  ],
  ["sargable_predicate", "through a CTE", /WITH c AS/],
  ["sargable_predicate", "through a view", /all_of_t|some_of_t/],
  ["sargable_predicate", "through a view of other names", /renamed_t/],
  ["sargable_predicate", "infinite", /'-?infinity'/],
  ["or_to_in", "in WHERE", / WHERE \(/],
  ["or_to_in", "in ON", / JOIN o ON t\.a = o\.a AND \(/],
  ["or_to_in", "of lists", / IN \(/],
  ["or_to_in", "through a view", /_t( AS)? t/],
  ["drop_order_by", "derived table", /FROM \(SELECT \* FROM t ORDER/],
  ["drop_order_by", "CTE", /WITH q AS/],
  ["drop_order_by", "join", / JOIN|CROSS/],
  ["drop_order_by", "IN", / IN \(SELECT/],
  ["drop_order_by", "EXISTS", /EXISTS/],
  ["drop_distinct", "rows", /SELECT DISTINCT/],
  ["drop_distinct", "aggregate", /\((DISTINCT)/],
  ["drop_distinct", "UNION in IN", / IN \(.* UNION/],
  ["drop_distinct", "UNION in EXISTS", /EXISTS \(.* UNION/],
  ["decorrelate_subquery", "sum", /\(SELECT sum\(/],
  ["decorrelate_subquery", "count", /\(SELECT count\(/],
  ["decorrelate_subquery", "avg", /\(SELECT avg\(/],
  ["decorrelate_subquery", "least or greatest", /\(SELECT (min|max)\(/],
  ["decorrelate_subquery", "FILTER", /FILTER/],
  ["decorrelate_subquery", "two at once", / AS v, .* AS v2/],
  ["decorrelate_subquery", "of a join", /FROM o JOIN z/],
  ["decorrelate_subquery", "beside an outer join", /t (LEFT|FULL) JOIN z/],
  ["not_in_to_anti_join", "of one table", /FROM t WHERE/],
  ["not_in_to_anti_join", "of a join", /FROM (t JOIN z|z LEFT JOIN t)/],
  ["top_n", "derived table", /SELECT i, k, n FROM/],
  ["top_n", "QUALIFY by name", /QUALIFY n/],
  ["top_n", "QUALIFY by the window", /QUALIFY row_number/],
  ["top_n", "beside a star", /SELECT \*, row_number/],
  ["top_n", "BETWEEN", / BETWEEN /],
];

/** Texts offered by rule and form, `0` where there were none yet. */
export class FormCounts {
  readonly #counts = FORMS.map(([rule, form, sign]) => ({ rule, form, sign, texts: 0 }));

  /** A text by `rule` was offered for the query that was sent. */
  add(rule: RewriteRule, sent: string): void {
    for (const each of this.#counts) {
      if (each.rule === rule && each.sign.test(sent)) each.texts += 1;
    }
  }

  get all(): { name: string; texts: number }[] {
    return this.#counts.map(({ rule, form, texts }) => ({ name: `${rule}, ${form}`, texts }));
  }
}
