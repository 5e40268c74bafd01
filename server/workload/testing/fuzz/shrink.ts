import type { RewriteRule } from "@/server/contracts";
import { shrinkList } from "@/server/testing/fuzz/shrink-list";
import type { Value } from "../rewrite-database";

/** A query, a text offered for it, and a database that answers the two differently. */
export interface Difference {
  /** As it was sent, and as it was normalized. */
  sent: string;
  sql: string;
  values: Value[];
  isOrdered: boolean;
  rule: RewriteRule;
  text: string;
  setup: string[];
}

/** Leaves out what the difference does without: one statement after the other, rows first. */
export async function shrink(
  difference: Difference,
  isDifferent: (difference: Difference, setup: readonly string[]) => Promise<boolean>,
): Promise<Difference> {
  const setup = await shrinkList(difference.setup, (less) => isDifferent(difference, less));
  return { ...difference, setup };
}

/** The smallest input, as a person would repeat it. */
export function describeDifference({ rule, setup, sent, sql, text, values }: Difference): string {
  return [
    `-- ${rule} answers otherwise than the query`,
    ...setup.map((statement) => `${statement};`),
    `-- sent:    ${sent}`,
    `-- query:   ${sql}`,
    `-- text:    ${text}`,
    `-- values:  ${JSON.stringify(values)}`,
  ].join("\n");
}
