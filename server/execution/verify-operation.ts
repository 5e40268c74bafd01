import { eq } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import {
  type QueryOutcome,
  type Verification,
  Workload,
  type WorkloadPattern,
} from "@/server/contracts";
import type { DataProduct, ProductWorkload } from "@/server/data-product";
import { checkSameProduct, type OperationRow } from "@/server/decisions";
import { type ServiceContext, verificationWindow } from "@/server/platform";
import { CALLS_MIN, isExpectedToGain, judgeOutcome, loadPolicy } from "@/server/policy";
import type { Held } from "./begin-operation";
import { concludeVerification, finishConcluded, storeVerification } from "./conclude-verification";
import { summarizeOutcome } from "./describe-outcome";
import { loadExpectedOutcome, loadSummaries } from "./expected-outcome";
import { type LiveComparison, measureOutcome, type WindowLimits } from "./judge";
import { measureStaleness } from "./measure-staleness";
import { loadOperation } from "./read-operation";

const POLL_MS = 2000;
/** The first calls after a rebuild run on cold caches; nobody is judged by them. */
const WARM_UP_MS = 4000;

/** What all looks at one execution share. */
interface Watch {
  row: OperationRow;
  product: DataProduct;
  signal: AbortSignal;
  since: Date;
  deadlineMs: number;
  comparison: Omit<LiveComparison, "after" | "isEarly" | "policy">;
  /** What the product told so far: a row that is left out of a later answer, or lost by a restart, has not lost its calls. */
  seen: Map<string, WorkloadPattern>;
  isSuspect: boolean;
}

/**
 * Watches the live workload after an execution until the policy's verdict is clear or the longest window ends.
 * Confirmed → `verified`; a regression starts the rollback that the policy asks for; otherwise it stays `executed`.
 * Takes up where it was after a crash: the window starts at the execution, not at this call. Answers when to look
 * again where that takes a while; null: its turn is over.
 * Throws `not_executable` for an operation on another product: its latencies are not known here.
 */
export async function verifyOperation({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: {
    operationId: string;
    product: DataProduct;
    signal: AbortSignal;
    /** How often the live workload is read at first, ms. */
    pollMs?: number;
  };
}): Promise<Held | null> {
  const { pollMs = POLL_MS, product, signal } = input;
  const row = await loadOperation(ctx.db, input.operationId);
  if (row.state !== "executed" || row.kind !== "execute" || row.finishedAt === null) return null;
  const refusal = checkSameProduct(row, product);
  if (refusal !== null) throw refusal;
  if (row.verification?.window_ended_at != null) {
    await finishConcluded({ ctx, input: { row } });
    return null;
  }
  const watch = await openWatch(ctx, row, { product, signal, finishedAt: row.finishedAt });
  for (;;) {
    await pause(pollMs, signal);
    const verification = await look(ctx, watch);
    if (verification.window_ended_at !== null) {
      await concludeVerification({ ctx, input: { row, verification } });
      return null;
    }
    if (!(await storeVerification({ ctx, input: { row, verification } }))) return null;
    const delayMs = untilNextLook(ctx.clock.now().getTime() - watch.since.getTime(), pollMs);
    if (delayMs > pollMs) {
      await keepSeen(ctx, watch);
      return { delayMs };
    }
  }
}

async function openWatch(
  ctx: ServiceContext,
  row: OperationRow,
  input: { product: DataProduct; signal: AbortSignal; finishedAt: Date },
): Promise<Watch> {
  const { product, signal, finishedAt } = input;
  const limits: WindowLimits = verificationWindow(ctx.settings);
  const live = Workload.parse(row.liveBefore);
  const expected = await loadExpectedOutcome(ctx, row);
  const seen = row.liveAfter ?? [];
  return {
    ...{ row, product, signal, isSuspect: row.verification?.is_suspect ?? false },
    since: new Date(finishedAt.getTime() + WARM_UP_MS),
    deadlineMs: finishedAt.getTime() + limits.secondsMax * 1000,
    comparison: {
      ...{ ...expected, limits, before: live.patterns },
      beforeSeconds: (Date.parse(live.until) - Date.parse(live.since)) / 1000,
    },
    seen: new Map(seen.map((pattern) => [pattern.fingerprint, pattern])),
  };
}

/** Reads the live workload once, and says how the execution stands by it. */
async function look(ctx: ServiceContext, watch: Watch): Promise<Verification> {
  const { product, signal, since, comparison, seen } = watch;
  const answer = await product.getWorkload(since, signal);
  remember(seen, answer);
  const { version, policy } = await loadPolicy({ db: ctx.db });
  const limits = policy.regression;
  const now = ctx.clock.now();
  const hasTimeLeft = now.getTime() < watch.deadlineMs;
  const elapsedMs = Math.max(0, now.getTime() - since.getTime());
  const isEarly = now.getTime() < since.getTime() + comparison.limits.secondsMin * 1000;
  const after = [...seen.values()];
  const compared = measureOutcome({ ...comparison, after, isEarly, policy: limits });
  const measured = { ...compared, isEarly, hasTimeLeft, minutes: elapsedMs / 60_000 };
  const judgement = judgeOutcome(limits, measured);
  // A regression must show twice: one bad moment of the machine rolls nothing back.
  const isFirst = judgement.state === "regressed" && !watch.isSuspect && hasTimeLeft;
  watch.isSuspect = judgement.state === "regressed";
  const state = isFirst ? "verifying" : judgement.state;
  const hasEnded = state !== "verifying";
  const staleness = hasEnded
    ? await measureStaleness({
        ctx,
        input: { ...watch, summaries: await loadSummaries(ctx, watch.row) },
      })
    : [];
  return {
    state,
    window_started_at: since.toISOString(),
    window_ended_at: hasEnded ? now.toISOString() : null,
    window: windowOf(watch, measured.queries),
    queries: measured.queries,
    workload: { ...measured.workload, minutes: measured.minutes },
    reasons: judgement.reasons,
    ...{ limits, policy_version: version, is_suspect: isFirst, staleness },
    summary: summarizeOutcome(state, measured, {
      hasExpectedGain: comparison.targeted.size > 0,
      hasLeftOut: answer.left_out !== undefined,
      staleness,
    }),
  };
}

function remember(seen: Watch["seen"], answer: ProductWorkload): void {
  for (const pattern of answer.patterns) {
    const known = seen.get(pattern.fingerprint);
    if (known === undefined || known.calls <= pattern.calls) seen.set(pattern.fingerprint, pattern);
  }
}

/** Part of the comparable workload's time whose windows count for the whole. */
const COVERAGE_MIN = 0.9;

/** When the queries that matter should have their calls: those that gain, and the heaviest of the others. */
function windowOf(
  { since, deadlineMs, comparison }: Watch,
  queries: readonly QueryOutcome[],
): NonNullable<Verification["window"]> {
  const { secondsMin, secondsMax } = comparison.limits;
  const comparable = queries
    .filter(({ before }) => before.calls >= CALLS_MIN)
    .sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
  const total = comparable.reduce((sum, { share = 0 }) => sum + share, 0);
  let covered = 0;
  const seconds = comparable.flatMap((query) => {
    const isNeeded = isExpectedToGain(query) || covered < COVERAGE_MIN * total;
    covered += query.share ?? 0;
    return isNeeded ? [query.window_seconds ?? secondsMax] : [];
  });
  const expectedMs = since.getTime() + Math.max(secondsMin, ...seconds) * 1000;
  return {
    expected_end_at: new Date(Math.min(expectedMs, deadlineMs)).toISOString(),
    latest_end_at: new Date(deadlineMs).toISOString(),
  };
}

/** Looks at first follow each other closely, later by a thirtieth of the time since; ten minutes at most. */
function untilNextLook(elapsedMs: number, pollMs: number): number {
  const IN_PLACE_MS = 120_000;
  return elapsedMs < IN_PLACE_MS ? pollMs : Math.min(600_000, Math.max(pollMs, elapsedMs / 30));
}

/** Between two looks that are far apart the product may restart and forget its calls. */
async function keepSeen(ctx: ServiceContext, { row, seen }: Watch): Promise<void> {
  await ctx.db
    .update(operations)
    .set({ liveAfter: [...seen.values()] })
    .where(eq(operations.id, row.id));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      // A watch of many looks would leave as many listeners.
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
