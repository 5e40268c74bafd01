import { isTimedWrite, type WorkloadQuery } from "@/server/advisor";
import {
  drawParameters,
  type NotReplayed,
  orNotReplayed,
  type Replay,
  timeBaseline,
  withLiterals,
} from "../replay";
import type { Session } from "../shadow";
import { committing, profileWrite, tryWrite, type WriteOutcome } from "./try-write";

/** A write ready to be replayed, with how it ends on the unchanged shadow. */
export interface WriteReplay extends Replay {
  /** Every parameter set as a text, and how it ended. */
  checks: { text: string; outcome: WriteOutcome }[];
  /** Columns of its table that get values drawn from rows that are there. */
  drawnColumns: string[];
  /** It found its rows: `texts` are those that did, and can be timed. */
  isTimed: boolean;
}

export const isWriteReplay = (replay: Replay): replay is WriteReplay => "checks" in replay;

const CHECK_MS = 300;

/**
 * Draws parameters and runs a write on the unchanged shadow; says why when it cannot be. A refusal by
 * a constraint (the row of an INSERT is there already) is an outcome too: it must stay the same.
 */
export async function prepareWrite(
  session: Session,
  query: WorkloadQuery,
  options: { seed: number; timeoutMs: number; signal: AbortSignal },
): Promise<WriteReplay | NotReplayed> {
  const { shape } = query;
  if (shape.kind === "other") return { query, why: "other statements are not replayed" };
  return orNotReplayed(query, options.signal, async () => {
    const drawn = await drawParameters(session, withAssignments(query), options.seed);
    if ("why" in drawn) return { query, why: drawn.why };
    const checks: WriteReplay["checks"] = [];
    const startedMs = performance.now();
    for (const set of drawn.sets) {
      const text = withLiterals(shape.sql, set);
      checks.push({ text, outcome: await tryWrite(session, text, options.timeoutMs) });
      // One that writes much is tried as often as is cheap: every change repeats all of it.
      if (performance.now() - startedMs > CHECK_MS) break;
    }
    const failed = checks.find(({ outcome }) => isNoStatement(outcome));
    if (failed && "message" in failed.outcome) {
      return { query, why: `it does not run on the shadow: ${failed.outcome.message}` };
    }
    const drawnColumns = (shape.assignments ?? [])
      .filter(({ parameter }) => drawn.drawn.includes(parameter))
      .map(({ column }) => column);
    return timeWrite(session, query, { sets: drawn.sets, checks, drawnColumns, ...options });
  });
}

/** A constraint refuses values; anything else (unknown names, types) refuses the statement. */
const isNoStatement = (outcome: WriteOutcome): boolean =>
  "error" in outcome && outcome.error !== "Constraint Error";

/** Values of assigned columns are drawn from other rows than those that are looked up. */
function withAssignments(query: WorkloadQuery): WorkloadQuery {
  const { shape } = query;
  const { target: table, assignments = [] } = shape;
  if (table === undefined) return query;
  const drawn = assignments.map(({ column, parameter }) => {
    return { table, column, operator: "in" as const, wrappedBy: null, parameters: [parameter] };
  });
  return { ...query, shape: { ...shape, filters: [...shape.filters, ...drawn] } };
}

async function timeWrite(
  session: Session,
  query: WorkloadQuery,
  run: Pick<WriteReplay, "sets" | "checks" | "drawnColumns"> & { timeoutMs: number },
): Promise<WriteReplay> {
  const texts = run.checks.flatMap(({ text, outcome }) => ("rows" in outcome ? [text] : []));
  const [first, ...others] = texts;
  const isTimed = isTimedWrite(query) && first !== undefined;
  const { sets, checks, drawnColumns } = run;
  const common = { query, sets, texts, checks, drawnColumns, isTimed };
  const rest = { baselineSums: [], isOrderBound: false };
  if (!isTimed) {
    return { ...common, ...rest, baselineMs: 0, baselineProfile: { rowsScanned: 0, plan: [] } };
  }
  const baselineProfile = await profileWrite(session, first);
  const writing = committing(session);
  const { baselineMs } = await timeBaseline(writing, [first, ...others], run.timeoutMs);
  return { ...common, ...rest, baselineMs, baselineProfile };
}
