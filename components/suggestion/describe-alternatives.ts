import { formatCount } from "@/components/format";
import type { Suggestion } from "@/server/contracts";

type Considered = Pick<Suggestion, "basis" | "suggestions" | "alternatives">;

/** How many of the alternatives a measurement decided; the others say why there was none. */
export function countMeasured({ alternatives }: Pick<Suggestion, "alternatives">): number {
  return alternatives.filter(({ evidence }) => evidence?.basis === "measured").length;
}

/** What stands below the title of the alternatives; undefined where there is none. */
export function describeAlternatives(suggestion: Considered): string | undefined {
  const { basis, suggestions, alternatives } = suggestion;
  if (alternatives.length === 0) return undefined;
  if (basis === "estimate")
    return "Left out by the rules, each with the reason; none was measured.";
  const measured = countMeasured(suggestion);
  const open = "Open one for its numbers and its SQL.";
  if (measured < alternatives.length) {
    return `${formatCount(measured)} of ${formatCount(alternatives.length)} measured; each with what decided. ${open}`;
  }
  return suggestions.length === 0
    ? `Each with what decided. ${open}`
    : `Measured like the changes above. ${open}`;
}
