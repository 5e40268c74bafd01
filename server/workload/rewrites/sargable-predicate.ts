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
      const beside = readBeside(conditions);
      for (const condition of conditions) {
        const implied =
          rangeImpliedBy(condition, items, beside) ??
          prefixImpliedBy(condition, items, beside, conditions);
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

/** What the other conditions of a SELECT say already; read once for all of them. */
interface Beside {
  /** Columns compared as they are with values of the whole query. */
  plain: (Comparing & { name: string | undefined; isZoned: boolean })[];
  /** null: not asked yet. */
  isPrefixTested: boolean | null;
}

function readBeside(conditions: readonly Ast[]): Beside {
  const plain = conditions.flatMap((condition) => {
    const comparing = comparingOf(condition);
    if (comparing === null || !isClass(comparing.tested, "COLUMN_REF")) return [];
    const values = [...comparing.least, ...comparing.greatest];
    if (!values.every(isFixed)) return [];
    const isZoned = values.some((value) => zoneOf(value) === "zoned");
    return [{ ...comparing, name: nameOf(comparing.tested), isZoned }];
  });
  return { plain, isPrefixTested: null };
}

const nameOf = (column: Ast): string | undefined => columnPath(column).at(-1)?.toLowerCase();

/** null: the condition is of no known form. */
function rangeImpliedBy(condition: Ast, items: readonly FromItem[], beside: Beside): Ast[] | null {
  const comparing = comparingOf(condition);
  const values = [...(comparing?.least ?? []), ...(comparing?.greatest ?? [])];
  const [value] = values;
  if (!comparing || !value || !values.every(isFixed)) return [];
  const { tested, comparison } = comparing;
  const form = formOf(tested, value, items);
  if (!form) return null;
  const isOrdered = comparison !== "=" && comparison !== "IN";
  if (isOrdered && form.isEqualityOnly) return [];
  if (values.every((each) => form.isKnownToDuckDb?.(comparison, each) === true)) return [];
  return boundsOf(form, comparing, isOrdered, ends(form, beside));
}

function prefixImpliedBy(
  condition: Ast,
  items: readonly FromItem[],
  beside: Beside,
  conditions: readonly Ast[],
): Ast[] {
  const comparing = comparingOf(condition);
  const [value] = comparing?.least ?? [];
  if (comparing?.comparison !== "=" || !value) return [];
  const tests = prefixTest(comparing.tested, value, items);
  if (tests.length === 0) return [];
  beside.isPrefixTested ??= isPrefixTested(conditions);
  if (beside.isPrefixTested) return [];
  beside.isPrefixTested = true;
  return tests;
}

/** Ends that other conditions give the column already, compared as it is. */
function ends({ column, type }: ColumnForm, { plain }: Beside) {
  const name = nameOf(column);
  const known = plain.filter(
    (each) => each.name === name && (type.endsWith("ZONE") || !each.isZoned),
  );
  return {
    isLowerKnown: known.some(({ least }) => least.length > 0),
    isUpperKnown: known.some(({ greatest }) => greatest.length > 0),
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
