import { eq } from "drizzle-orm";
import { agentDecisions, suggestions } from "@/drizzle/schema";
import { compilePlan } from "@/server/advisor";
import {
  type Candidate,
  isProving,
  type ProductFault,
  type ProductSchema,
  type ProofContext,
  type ProofProgress,
  type ProofResult,
  SEARCHABLE_STATES,
} from "@/server/contracts";
import { type DataProduct, faultOf, limitCalls } from "@/server/data-product";
import { formatPlural } from "@/server/format";
import { noteProofFault } from "@/server/knowledge";
import { loadLearnedGains } from "@/server/learning";
import { AppError, type ServiceContext } from "@/server/platform";
import { type ProofInput, proveCandidates } from "@/server/proving";
import { type AnalysisLimits, describeLimits } from "./analysis-limits";
import { checkSearch, loadMeasured } from "./continue-proof";
import { loadEarlierVerdicts } from "./earlier-proofs";
import { checkSameProduct } from "./product-scope";
import { createProofWriter, type ProofWriter } from "./proof-log";
import { proposeChanges } from "./propose-changes";
import { publishAdvice } from "./publish-advice";
import { type ProofWatch, watchProof } from "./watch-proof";

export interface RunProofInput {
  suggestionId: string;
  product: DataProduct;
  dirs: ProofDirs;
  /** The product is executing, or its live workload is being measured: the search waits. */
  isBusy: () => Promise<boolean>;
  signal: AbortSignal;
}

interface ProofDirs {
  /** Exported Parquet files, kept between proofs. */
  cacheDir: string;
  /** Shadow databases of this proof alone. */
  workDir: string;
}

/**
 * Measures everything worth trying for one suggestion: publishes its advice within its time, then
 * searches on and updates the advice while nobody has decided. Takes up a search that was
 * interrupted or given more time. Its time begins with the first look at the product, and all calls to the
 * product share it. What of the product ended it is noted beside the product. Safe to run again after a
 * crash. Throws `not_executable` for a suggestion about another product than the one given, what the port
 * throws, `timeout` when its time ended before anything was measured. Ends without an error soon after it
 * was cancelled.
 */
export async function runProof({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: RunProofInput;
}): Promise<void> {
  const startedMs = performance.now();
  const question = await loadQuestion(ctx, input);
  if (question === null) return;
  const writer = createProofWriter({ ctx, input: { suggestionId: input.suggestionId } });
  const watch = watchProof({ ctx, input });
  try {
    await prove(ctx, { ...input, signal: watch.signal }, { question, writer, watch, startedMs });
  } catch (error) {
    if (!watch.isCancelled()) {
      const fault = faultOf(error);
      if (fault !== null) await noteFault(ctx, input.product, fault);
      throw error;
    }
    const at_ms = performance.now() - startedMs;
    writer.event({ kind: "stopped", at_ms, reason: "Somebody cancelled it." });
  } finally {
    watch.stop();
    await writer.close();
  }
}

const noteFault = (ctx: ServiceContext, { productId }: DataProduct, fault: ProductFault | null) =>
  noteProofFault({ ctx, input: { productId, fault } });

/** Timers hold no more, ms. */
const TIMER_MS_MAX = 2_147_483_647;

/** One run of a proof: what it is asked, where it writes, and who looks whether it is wanted. */
interface Run {
  question: Question;
  writer: ProofWriter;
  watch: ProofWatch;
  /** By `performance.now()`. */
  startedMs: number;
}

/** Reads the product and proves, within the time of the question. */
async function prove(ctx: ServiceContext, input: RunProofInput, run: Run): Promise<void> {
  const { question, writer, startedMs } = run;
  const { settings } = ctx;
  if (question.isFirst) {
    writer.progress(startProgress("Reading the schema and the workload of the data product"));
  }
  const secondsMax =
    question.extraSeconds ??
    Math.min(question.context.budget_seconds ?? Infinity, settings.PROOF_SECONDS_MAX);
  const end = AbortSignal.timeout(Math.min(TIMER_MS_MAX, Math.ceil(secondsMax * 1000)));
  const product = limitCalls(input.product, end);
  const { context, isFirst } = question;
  const { limits, ...proposed } = await proposeChanges({
    ctx,
    input: { suggestionId: input.suggestionId, product, context, isFirst, secondsMax },
    signal: input.signal,
  });
  const { schema, candidates } = proposed;
  await proveCandidates({
    product,
    ...proposed,
    isRequested: context.requested !== undefined,
    compile: (changes) => compilePlan(schema.tables, changes),
    ...input.dirs,
    rowsMax: settings.PROOF_ROWS_MAX,
    secondsMax: secondsMax - (performance.now() - startedMs) / 1000,
    gainMin: settings.PROOF_GAIN_MIN,
    learned: await loadLearnedGains({ db: ctx.db, productId: product.productId }),
    earlier: await loadEarlierVerdicts(ctx.db, {
      suggestionId: input.suggestionId,
      schemaFingerprint: schema.schema_fingerprint,
    }),
    remembered: question.isFirst ? [] : await loadMeasured(ctx.db, input.suggestionId),
    weights: { storage: settings.PROOF_STORAGE_WEIGHT, write: settings.PROOF_WRITE_WEIGHT },
    seed: 1,
    onProgress: writer.progress,
    onEvent: writer.event,
    onCopied: (tables) => {
      limits.tables = tables;
    },
    ...searchOn(ctx, input, { run, schema, candidates, secondsMax, limits }),
    onProblem: (what, error) => {
      ctx.log.warn({ what, err: error }, "a part of a proof could not be made");
    },
    signal: input.signal,
  });
}

/** How advice is published as it is found, and whether the search goes on after it. */
function searchOn(
  ctx: ServiceContext,
  { suggestionId, product, isBusy }: RunProofInput,
  proof: {
    run: Run;
    schema: ProductSchema;
    candidates: Candidate[];
    secondsMax: number;
    limits: AnalysisLimits;
  },
): Pick<ProofInput, "onAdvice" | "completion"> {
  const { run, schema, candidates, secondsMax } = proof;
  const { question, watch } = run;
  const searchSecondsMax = ctx.settings.PROOF_SEARCH_SECONDS_MAX;
  let isPublished = !question.isFirst;
  return {
    async onAdvice(result, { isComplete, note }) {
      // Advice comes after all that a proof asks of the product.
      await noteFault(ctx, product, null);
      const refusal = refuseUnmeasured(result, { candidates: candidates.length, secondsMax });
      if (refusal !== null && !isPublished) {
        if (isComplete) throw refusal;
        return "continue";
      }
      isPublished = true;
      if (isComplete) watch.stop();
      const limits = describeLimits(proof.limits, { isProof: true });
      return publishAdvice({
        ctx,
        input: { suggestionId, schema, result, limits, note, isComplete },
      });
    },
    completion:
      searchSecondsMax === 0 || question.extraSeconds !== null
        ? null
        : {
            secondsMax: searchSecondsMax,
            async check() {
              if (await isBusy()) return "pause";
              return checkSearch({ ctx, input: { suggestionId } });
            },
          },
  };
}

/** What a proof is asked, and how far it has come. */
interface Question {
  context: ProofContext;
  /** No advice was published yet. */
  isFirst: boolean;
  /** Time that was asked for on top; null: its own. */
  extraSeconds: number | null;
}

/** null: there is nothing left to prove. */
async function loadQuestion(
  ctx: ServiceContext,
  { suggestionId: id, product }: RunProofInput,
): Promise<Question | null> {
  const [row] = await ctx.db
    .select({
      context: agentDecisions.context,
      state: suggestions.state,
      productId: suggestions.productId,
      isSearching: suggestions.isSearching,
      extraSeconds: suggestions.extraSeconds,
    })
    .from(suggestions)
    .innerJoin(agentDecisions, eq(agentDecisions.decisionId, suggestions.decisionId))
    .where(eq(suggestions.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  const isFirst = isProving(row.state);
  if (!isFirst && !(row.isSearching && SEARCHABLE_STATES.includes(row.state))) return null;
  const refusal = checkSameProduct(row, product);
  if (refusal !== null) throw refusal;
  const context = row.context as ProofContext;
  return { context, isFirst, extraSeconds: row.extraSeconds };
}

/**
 * Why a proof is none: its time ended before one of its candidates was measured, and "nothing to do"
 * would be said of a busy machine. null where one was, or where there was nothing to try.
 */
export function refuseUnmeasured(
  { accepted, alternatives }: Pick<ProofResult, "accepted" | "alternatives">,
  { candidates, secondsMax }: { candidates: number; secondsMax: number },
): AppError | null {
  const judged = [...accepted, ...alternatives].some(
    ({ verdict }) => verdict.code !== "not_reached" && verdict.code !== "excluded_by_rule",
  );
  if (candidates === 0 || judged) return null;
  return new AppError(
    "timeout",
    `The time budget of ${secondsMax} s ended before any of ${formatPlural(candidates, "change")} was measured: the machine is busy, or the tables are large. budget_seconds gives more time, up to PROOF_SECONDS_MAX.`,
  );
}

function startProgress(message: string): ProofProgress {
  return { phase: "queued", fraction: 0, message, verdicts: [] };
}
