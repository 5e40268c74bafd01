import type { Candidate, Plan, Risk, TableSchema } from "@/server/contracts";
import { factsOf, rewritesOf } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { affectedConsumers, commentLoss, isRebuilt, sizeFactor, sizeText } from "./candidate-parts";
import { kindOf } from "./change-kinds";
import { type NamedChange, nameChange } from "./change-names";
import type { AdviceInput, Proposals } from "./kind-spec";
import { compilePlan } from "./plan/compile-plan";
import { guard } from "./propose-candidates";
import type { WorkloadQuery } from "./workload-query";

/**
 * Candidates for changes that somebody asked for: nothing is expected of them but to do no harm. All of
 * them are excluded where a hard fact speaks against one: they are tested together, or not at all.
 * Throws `not_executable` where DuckDB cannot make them, alone or together.
 */
export function proposeRequested(
  input: AdviceInput,
  { changes, reason }: { changes: readonly NamedChange[]; reason: string },
): Proposals {
  compilePlan(input.tables, changes);
  const candidates = changes.map((change) => draft(input, change, reason));
  const guarded = guard(input, { candidates, excluded: [] });
  const [first] = guarded.excluded;
  if (first === undefined) return guarded;
  const others = guarded.candidates.map((candidate) => ({
    candidate,
    reason: `It was asked for together with “${first.candidate.title}”, which is excluded.`,
  }));
  return { candidates: [], excluded: [...guarded.excluded, ...others] };
}

function draft({ tables, queries }: AdviceInput, change: NamedChange, reason: string): Candidate {
  const table = tables.find(({ name }) => name === change.table);
  const plan = compilePlan(tables, [change]);
  const { description } = factsOf(change);
  return {
    ...nameChange(change, table),
    change,
    reason: reason === "" ? `Requested. ${description}` : `Requested: ${reason}`,
    factors: table === undefined ? [] : [sizeFactor(table)],
    drawbacks: [
      ...drawbacksOf(queries, change),
      ...kindOf(change).consequences(change, { tables }),
    ],
    risk: riskOf(table, plan, change, queries),
    plan,
    targeted_fingerprints: rewritesOf(change).map(({ fingerprint }) => fingerprint),
    prior: 0,
    estimated_gain: 0,
    estimated_storage_overhead: 0,
  };
}

function drawbacksOf(queries: readonly WorkloadQuery[], change: NamedChange): string[] {
  const added = kindOf(change).addedColumns(change);
  const found: string[] = [];
  const everything = queries.filter(
    ({ shape }) =>
      shape.kind === "select" && shape.selectsStar && shape.tables.includes(change.table),
  );
  if (added.length > 0 && everything.length > 0) {
    const which = formatPlural(everything.length, "query shape selects", "query shapes select");
    found.push(
      `${which} every column (*) of ${change.table} and ${everything.length === 1 ? "returns" : "return"} ${added.join(", ")} too from then on.`,
    );
  }
  const other = kindOf(change).otherTables(change);
  if (other.length > 0) {
    found.push(
      `While ${change.table} refers to ${other.join(", ")}, rows of ${other.join(", ")} that are referred to cannot be deleted, and DuckDB refuses most other changes of that table.`,
    );
  }
  return found;
}

function riskOf(
  table: TableSchema | undefined,
  plan: Plan,
  change: NamedChange,
  queries: readonly WorkloadQuery[],
): Risk {
  const isWrittenAnew = isRebuilt(plan);
  const isAltered = plan.statements.some((sql) => sql.startsWith("ALTER TABLE"));
  const rows = table === undefined ? "an unknown number of rows" : sizeText(table);
  const lost = table !== undefined && isWrittenAnew ? commentLoss(table) : "";
  const count = formatPlural(plan.statements.length, "statement");
  return {
    level: isWrittenAnew ? "high" : isAltered ? "medium" : "low",
    locks: isWrittenAnew
      ? `The table is rewritten in one transaction (${rows}): meanwhile, writes to ${change.table} by others fail with a conflict and must be repeated.`
      : `${count} in one transaction: meanwhile, writes to ${change.table} by others may fail with a conflict and must be repeated.`,
    write_cost: "Measured on the shadow copy, see the evidence.",
    reversibility: "Schema and data can be restored exactly.",
    blast_radius: `Every reader and writer of ${change.table}.${lost}`,
    affected_consumers: affectedConsumers(queries, change.table),
  };
}
