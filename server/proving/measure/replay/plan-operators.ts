import { z } from "zod";
import type { PlanOperator } from "@/server/contracts";

/** Operators kept of one plan, from its top. */
const OPERATORS_MAX = 100;
const DETAIL_LENGTH_MAX = 160;

const Text = z.union([z.string(), z.array(z.string())]).transform((text) => [text].flat());
const ExtraInfo = z.record(z.string(), Text);

interface ProfiledOperator {
  operator_type: string;
  operator_cardinality: number;
  operator_rows_scanned: number;
  extra_info: Record<string, string[]>;
  children: ProfiledOperator[];
}

/** One operator in DuckDB's JSON profile, with its inputs. */
export const ProfiledOperator: z.ZodType<ProfiledOperator> = z.lazy(() =>
  z.object({
    operator_type: z.string(),
    operator_cardinality: z.number(),
    operator_rows_scanned: z.number(),
    extra_info: ExtraInfo.catch({}),
    children: z.array(ProfiledOperator),
  }),
);

/** They only pass rows on, or are DuckDB's own frame around the query. */
const PASSED_OVER = new Set(["EXPLAIN_ANALYZE", "PROJECTION", "RESULT_COLLECTOR"]);

/** What of DuckDB's notes tells a reader what an operator does, in this order. */
const TOLD = ["Filters", "Conditions", "Expression", "Groups", "Aggregates", "Order By"] as const;

/**
 * The operators of a profiled plan in the order of its tree, each above its inputs. Literals are
 * left out, as everywhere that a query's text is shown. Rows are counted by DuckDB's profiler in one
 * run; it times operators too, but one run's times are no measurement and are not kept.
 */
export function planOperators(roots: readonly ProfiledOperator[]): PlanOperator[] {
  const all: PlanOperator[] = [];
  const visit = (node: ProfiledOperator, depth: number): void => {
    const isShown = !PASSED_OVER.has(node.operator_type);
    if (isShown) all.push(describeOperator(node, depth));
    for (const child of node.children) visit(child, isShown ? depth + 1 : depth);
  };
  for (const root of roots) visit(root, 0);
  return all.slice(0, OPERATORS_MAX);
}

function describeOperator(node: ProfiledOperator, depth: number): PlanOperator {
  const { extra_info: info, operator_type } = node;
  const [scan] = info.Type ?? [];
  const words = (scan ?? operator_type).replaceAll("_", " ").toLowerCase();
  const table = info.Table?.[0]?.split(".").at(-1);
  const told = TOLD.flatMap((name) => info[name] ?? []).map((text) =>
    withoutLiterals(withoutCatalog(text)),
  );
  const detail = [...(table === undefined ? [] : [table]), ...told].join(", ");
  return {
    depth,
    name: words.charAt(0).toUpperCase() + words.slice(1),
    detail: detail.slice(0, DETAIL_LENGTH_MAX),
    rows: node.operator_cardinality,
    ...(table === undefined ? {} : { rows_scanned: node.operator_rows_scanned }),
  };
}

/** The shadow's own database names differ from one copy to the next, and tell a reader nothing. */
const withoutCatalog = (text: string): string => text.replace(/(?:"[^"]+"|\b\w+)\.main\./g, "");

/** Texts and numbers become `?`; names, and DuckDB's `#0` for a column, stay. */
function withoutLiterals(text: string): string {
  return text.replace(/'(?:[^']|'')*'/g, "?").replace(/(?<![\w#."])-?\d[\d.]*(?![\w"])/g, "?");
}
