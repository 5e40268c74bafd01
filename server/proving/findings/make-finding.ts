import type { Finding } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import type { TableProfile } from "./check-context";

type Claim = Pick<Finding, "kind" | "severity" | "title" | "detail"> & {
  column: string | null;
  values: Record<string, number>;
  remedy: string;
  sql: string | null;
};

/** A finding about a table or one of its columns, with the rows that were checked. */
export function makeFinding({ table, rows, rowsTotal }: TableProfile, claim: Claim): Finding {
  const { kind, column, severity, title, detail, values, remedy, sql } = claim;
  return {
    finding_id: [kind, table.name, ...(column === null ? [] : [column])].join(":"),
    kind,
    table: table.name,
    column,
    severity,
    title,
    detail,
    evidence: { rows, rows_total: rowsTotal, values },
    remediation: { text: remedy, sql },
  };
}

/** A finding about what the product runs with; the rows are those of the tables that were used. */
export function productFinding(
  profiles: readonly TableProfile[],
  claim: Omit<Claim, "column">,
): Finding {
  const { kind, severity, title, detail, values, remedy, sql } = claim;
  const sum = (count: (profile: TableProfile) => number) =>
    profiles.reduce((total, profile) => total + count(profile), 0);
  return {
    finding_id: kind,
    kind,
    table: null,
    column: null,
    severity,
    title,
    detail,
    evidence: {
      rows: sum(({ rows }) => rows),
      rows_total: sum(({ rowsTotal }) => rowsTotal),
      values,
    },
    remediation: { text: remedy, sql },
  };
}

/** `60,000 rows`, or `a sample of 1,000,000 of 3,000,000 rows`. */
export function rowsText({ rows, rowsTotal, isWhole }: TableProfile): string {
  if (isWhole) return formatPlural(rows, "row");
  return `a sample of ${formatCount(rows)} of ${formatPlural(rowsTotal, "row")}`;
}
