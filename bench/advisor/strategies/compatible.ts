import { compilePlan } from "@/server/advisor";
import { type Change, rewritesOf, type TableSchema } from "@/server/contracts";

/** True for changes of query texts (a summary table is built for its queries' sake). */
export function isQueryChange(change: Change): boolean {
  return rewritesOf(change).length > 0;
}

/** Can these changes stand together: one plan for all, and no query given two texts? */
export function areCompatible(tables: TableSchema[], changes: Change[]): boolean {
  const rewritten = changes.flatMap((change) => rewritesOf(change).map((one) => one.fingerprint));
  if (new Set(rewritten).size < rewritten.length) return false;
  try {
    compilePlan(tables, changes);
    return true;
  } catch {
    return false;
  }
}

/** Takes changes in order, leaving out each that does not go with those taken before. */
export function takeCompatible(tables: TableSchema[], changes: Change[]): Change[] {
  const taken: Change[] = [];
  for (const change of changes) {
    if (areCompatible(tables, [...taken, change])) taken.push(change);
  }
  return taken;
}

/** Stands for a set of changes, whatever their order. */
export function keyOf(changes: Change[]): string {
  return JSON.stringify(changes.map((change) => JSON.stringify(change)).sort());
}
