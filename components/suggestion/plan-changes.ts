import type { PlanOperator } from "@/server/contracts";

/**
 * Places of the operators on either side that the other side does not have: by name, detail and the
 * rows they read and pass on. Equal operators are paired in order, each once.
 */
export function markChanges(
  before: readonly PlanOperator[],
  after: readonly PlanOperator[],
): { before: Set<number>; after: Set<number> } {
  return { before: placesWithout(before, after), after: placesWithout(after, before) };
}

function placesWithout(own: readonly PlanOperator[], others: readonly PlanOperator[]): Set<number> {
  const left = new Map<string, number>();
  for (const key of others.map(identityOf)) left.set(key, (left.get(key) ?? 0) + 1);
  const places = own.flatMap((operator, place) => {
    const key = identityOf(operator);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count > 0 ? [] : [place];
  });
  return new Set(places);
}

const identityOf = ({ name, detail, rows, rows_scanned }: PlanOperator): string =>
  JSON.stringify([name, detail, rows, rows_scanned ?? null]);
