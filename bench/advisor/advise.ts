import path from "node:path";
import { embedProduct } from "@/demo";
import { compilePlan, type WorkloadQuery } from "@/server/advisor";
import type {
  Candidate,
  Workload as Observed,
  ProductSchema,
  ProofProgress,
  ProofResult,
} from "@/server/contracts";
import { type EarlierVerdict, proveCandidates } from "@/server/proving";
import { createShapeParser } from "@/server/workload";
import { propose } from "./propose";
import type { ProofSettings } from "./settings";

export interface AdviseRequest {
  file: string;
  productId: string;
  observed: Observed;
  /** From the first look at the product to the end. */
  secondsMax: number;
  /** What the run before said of the changes, by candidate id; nothing where nothing is remembered. */
  earlier?: [string, EarlierVerdict][];
  settings: ProofSettings;
  /** Emptied by the proof. */
  workDir: string;
}

export interface Advice {
  schema: ProductSchema;
  queries: WorkloadQuery[];
  /** As the rules propose them, most promising first. */
  candidates: Candidate[];
  proof: ProofResult;
  elapsedMs: number;
  /** When the first accepted candidate was shown while the proof ran; null: never before its end. */
  firstAcceptedMs: number | null;
  progressEvents: number;
  /** Largest resident memory of this process so far, the data product in it included. */
  rssPeakBytes: number;
}

/** What the sidecar does for one analysis, from schema to proof, on a product in this process. */
export async function advise(request: AdviseRequest): Promise<Advice> {
  const parser = await createShapeParser();
  const embedded = await embedProduct({ ...request, parser });
  try {
    const { product } = embedded;
    const signal = new AbortController().signal;
    const start = performance.now();
    const proposed = await propose(product, request.observed, parser, signal);
    const { schema, queries, candidates, excluded } = proposed;
    const watch = watchProgress(start);
    const proof = await proveCandidates({
      product,
      schema,
      queries,
      candidates,
      excluded,
      compile: (changes) => compilePlan(schema.tables, changes),
      cacheDir: path.join(request.workDir, "cache"),
      workDir: path.join(request.workDir, "proof"),
      ...request.settings,
      secondsMax: request.secondsMax - (performance.now() - start) / 1000,
      earlier: new Map(request.earlier),
      seed: 1,
      onProgress: watch.onProgress,
      onEvent: () => {},
      onAdvice: () => Promise.resolve("continue"),
      completion: null,
      onProblem: (what, error) => {
        throw new Error(`The check ${what} failed.`, { cause: error });
      },
      signal,
    });
    const elapsedMs = performance.now() - start;
    const rssPeakBytes = process.resourceUsage().maxRSS * 1024;
    return { schema, queries, candidates, proof, elapsedMs, rssPeakBytes, ...watch.seen() };
  } finally {
    await embedded.close();
    parser.close();
  }
}

function watchProgress(start: number) {
  let firstAcceptedMs: number | null = null;
  let progressEvents = 0;
  return {
    onProgress(progress: ProofProgress): void {
      progressEvents += 1;
      const hasAccepted = progress.verdicts.some(({ verdict }) => verdict.is_accepted);
      if (hasAccepted) firstAcceptedMs ??= performance.now() - start;
    },
    seen: () => ({ firstAcceptedMs, progressEvents }),
  };
}
