import { type Ast, asNode, asNodes, asText, hasColumn, isClass } from "../ast";
import { attempt, call, cast, coalesce, compare, conjunction, replace, text } from "../build-ast";
import { columnPath } from "../features/read-context";
import { type ColumnForm, formOf } from "./column-forms";
import { isPrefixTested, prefixTest } from "./prefix-test";
import type { Rewrite } from "./query-parts";
import { type FromItem, filtersOf, fromItems, selects } from "./query-parts";
import { zoneOf } from "./value-zone";

/**
 * Conditions that compute with a column of dates or times, with the range they imply of the column
 * itself beside them, so that zone maps skip row groups. Measured on DuckDB 1.5.6, 2 M rows stored by
 * time, one thread: see docs/candidates.md. Left alone, since DuckDB does as well by itself:
 * `date_trunc('month', ts) = v`, `CAST(ts AS DATE) = v` with a plain value, `id + 1 > v`.
 *
 * The condition stays: the range only has to hold for all rows that pass it, for every value that may
 * be bound. A bound that cannot be computed (a year out of range, a text that is no date) excludes
 * nothing, and neither end excludes an infinite date that it equals.
 */
export const sargablePredicate: Rewrite = {
  rule: "sargable_predicate",
  why: "Beside a condition on a computed column stands the range of the column itself that it implies, so that zone maps can skip row groups; the condition stays, so the same rows pass.",
  apply(query, context) {
    if (context.hasCollation) return false;
    let isChanged = false;
    for (const select of selects(query)) {
      const items = fromItems(select.from_table, context) ?? [];
      const conditions = filtersOf(select);
      for (const condition of conditions) {
        const implied = impliedBy(condition, items, conditions);
        const all = conjunction([...implied, structuredClone(condition)]);
        if (implied.length === 0 || !all) continue;
        replace(condition, all);
        isChanged = true;
      }
    }
    return isChanged;
  },
};

type Comparison = "=" | "<" | "<=" | ">" | ">=";
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  COMPARE_EQUAL: "=",
  COMPARE_LESSTHAN: "<",
  COMPARE_LESSTHANOREQUALTO: "<=",
  COMPARE_GREATERTHAN: ">",
  COMPARE_GREATERTHANOREQUALTO: ">=",
};
const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  ...{ "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" },
};

/** Longer lists make a text longer than its use. */
const LIST_LENGTH_MAX = 32;

/** A tested expression, and the values that it reaches or stays below. */
interface Comparing {
  tested: Ast;
  comparison: Comparison | "BETWEEN" | "IN";
  least: Ast[];
  greatest: Ast[];
}

function comparingOf(condition: Ast): Comparing | null {
  if (condition.type === "COMPARE_BETWEEN") {
    const [tested, lower, upper] = [condition.input, condition.lower, condition.upper].map(asNode);
    if (!tested || !lower || !upper) return null;
    return { tested, comparison: "BETWEEN", least: [lower], greatest: [upper] };
  }
  if (condition.type === "COMPARE_IN") {
    const [tested, ...values] = asNodes(condition.children);
    if (!tested || values.length > LIST_LENGTH_MAX) return null;
    return { tested, comparison: "IN", least: values, greatest: values };
  }
  const told = COMPARISONS[asText(condition.type)];
  const [left, right] = [asNode(condition.left), asNode(condition.right)];
  if (!isClass(condition, "COMPARISON") || !told || !left || !right) return null;
  const [tested, value] = hasColumn(left) ? [left, right] : [right, left];
  const comparison = hasColumn(left) ? told : MIRRORED[told];
  return {
    tested,
    comparison,
    least: comparison.startsWith("<") ? [] : [value],
    greatest: comparison.startsWith(">") ? [] : [value],
  };
}

/** One value for the whole query: parameters, literals, what is computed from them. */
function isFixed(value: Ast): boolean {
  return !hasColumn(value) && !JSON.stringify(value).includes('"SUBQUERY"');
}

function impliedBy(condition: Ast, items: readonly FromItem[], beside: readonly Ast[]): Ast[] {
  const comparing = comparingOf(condition);
  const values = [...(comparing?.least ?? []), ...(comparing?.greatest ?? [])];
  const [value] = values;
  if (!comparing || !value || !values.every(isFixed)) return [];
  const { tested, comparison } = comparing;
  const form = formOf(tested, value, items);
  if (!form) {
    const isNew = comparison === "=" && !isPrefixTested(beside);
    return isNew ? prefixTest(tested, value, items) : [];
  }
  const isOrdered = comparison !== "=" && comparison !== "IN";
  if (isOrdered && form.isEqualityOnly) return [];
  if (values.every((each) => form.isKnownToDuckDb?.(comparison, each) === true)) return [];
  return boundsOf(form, comparing, isOrdered, ends(form, beside));
}

/** Ends that other conditions give the column already, compared as it is. */
function ends({ column, type }: ColumnForm, conditions: readonly Ast[]) {
  const name = columnPath(column).at(-1)?.toLowerCase();
  const plain = conditions.map(comparingOf).filter((each) => {
    const isColumn = isClass(each?.tested ?? null, "COLUMN_REF");
    const isSame =
      isColumn &&
      columnPath(each?.tested ?? {})
        .at(-1)
        ?.toLowerCase() === name;
    const values = [...(each?.least ?? []), ...(each?.greatest ?? [])];
    const isPlain = (value: Ast): boolean => type.endsWith("ZONE") || zoneOf(value) !== "zoned";
    return isSame && values.every((value) => isFixed(value) && isPlain(value));
  });
  return {
    isLowerKnown: plain.some((each) => each && each.least.length > 0),
    isUpperKnown: plain.some((each) => each && each.greatest.length > 0),
  };
}

function boundsOf(
  form: ColumnForm,
  { least, greatest }: Comparing,
  isOrdered: boolean,
  { isLowerKnown, isUpperKnown }: ReturnType<typeof ends>,
): Ast[] {
  const [reached, kept] = form.isFalling ? [greatest, least] : [least, greatest];
  const hasUpper = !isUpperKnown && !(isOrdered && form.isTextual);
  const lower = isLowerKnown ? [] : reached.map((value) => form.lower(value));
  const upper = hasUpper ? kept.map((value) => form.upper(value)) : [];
  return [
    ...bound(form, "COMPARE_GREATERTHANOREQUALTO", "least", lower, "-infinity"),
    ...bound(form, "COMPARE_LESSTHANOREQUALTO", "greatest", upper, "infinity"),
  ];
}

/** `column >= COALESCE(TRY(bound), '-infinity')`: one that cannot be computed excludes nothing. */
function bound(
  { column, type, givesDates }: ColumnForm,
  comparison: string,
  outermost: "least" | "greatest",
  bounds: Ast[],
  none: string,
): Ast[] {
  const [first, ...others] = bounds;
  if (!first) return [];
  const all = others.length === 0 ? first : call(outermost, first, ...others);
  const isTyped = type === (givesDates ? "DATE" : "TIMESTAMP");
  const typed = isTyped ? all : cast(all, type);
  const safe = coalesce(attempt(typed), cast(text(none), type));
  return [compare(comparison, structuredClone(column), safe)];
}
