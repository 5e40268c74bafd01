import type { PolicyFacts, RuleCondition } from "@/server/contracts";

type ChangeFact = PolicyFacts["changes"][number];

/** `*` stands for any characters; upper and lower case are the same. Linear in the text, whatever the pattern. */
function matchesPattern(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.toLowerCase().split("*");
  const name = text.toLowerCase();
  if (rest.length === 0) return name === first;
  if (!name.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let from = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}

export const matchesAny = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => matchesPattern(pattern, text));

/** Does this condition fit one of the changes? */
export function matchesRule(when: RuleCondition, facts: PolicyFacts): boolean {
  return facts.changes.some((change) => matchesChange(when, change, facts));
}

function matchesChange(when: RuleCondition, change: ChangeFact, facts: PolicyFacts): boolean {
  const { risk, kinds, products, tables, is_reversible, coverage_below } = when;
  return (
    (risk === undefined || risk.includes(change.risk)) &&
    (kinds === undefined || kinds.includes(change.kind)) &&
    (products === undefined || matchesAny(products, facts.product_id ?? "")) &&
    (tables === undefined || matchesAny(tables, change.table)) &&
    (is_reversible === undefined || is_reversible === change.is_reversible) &&
    // Of what nothing was measured, nothing was replayed either.
    (coverage_below === undefined || (facts.coverage ?? 0) < coverage_below)
  );
}
