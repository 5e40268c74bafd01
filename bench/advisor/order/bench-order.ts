import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { embedProduct } from "@/demo";
import type { Candidate, Interval } from "@/server/contracts";
import { estimateCandidates } from "@/server/decisions";
import { defaultModelFile, inferenceClientOf, startInferenceWorker } from "@/server/inference";
import { createLogger, env, setEnv } from "@/server/platform";
import { orderCandidates } from "@/server/proving";
import { createShapeParser } from "@/server/workload";
import { openWorkload } from "../open-workload";
import { type Proposed, propose } from "../propose";
import { BENCHMARKS_PAGE, updateBenchmarksPage } from "../report/benchmarks-page";
import { machine } from "../report/machine";
import { markdownTable } from "../report/markdown-table";
import { proofSettings } from "../settings";
import type { Workload } from "../types";
import { WORKLOADS } from "../workloads";
import { proofsNeeded } from "./proofs-needed";

const RESULT_FILE = "bench/results/advisor-order.json";
const ADVISED_FILE = "bench/results/advisor.json";

interface OrderResult {
  workload: string;
  candidates: number;
  /** Proofs until 95 % of the suggested set's gain; null: not found in this order. */
  rules: number | null;
  model: number | null;
}

/** What the kept run of the benchmark suggested, with the gain each change was promised alone. */
interface Advised {
  workload: string;
  rows: number;
  advised: { accepted: string[] };
  promises: { name: string; promised: Interval }[];
}

/**
 * How many proofs the order of the rules and that of the model need to find what the kept run of
 * `npm run bench -- advisor` suggested. Runs a worker of its own on the manifest's model.
 */
export async function benchOrder(root: string): Promise<void> {
  if (!existsSync(ADVISED_FILE)) throw new Error(`There is no ${ADVISED_FILE} to compare with.`);
  const kept: { results: Advised[] } = JSON.parse(readFileSync(ADVISED_FILE, "utf8"));
  mkdirSync(root, { recursive: true });
  setEnv({ SIDECAR_MODE: "demo", SIDECAR_DATA_DIR: root, INFERENCE_CACHE_ENTRIES: "0" });
  const model = defaultModelFile(env());
  if (model === null) throw new Error("There is no model to compare with.");
  // Outside the manifest it is asked for everything, trusted with it or not.
  setEnv({ MODEL_PATH: model.file, MODEL_MANIFEST: path.join(root, "none.json") });
  const worker = await startInferenceWorker(env(), createLogger("bench", env()));
  try {
    const results: OrderResult[] = [];
    for (const advised of kept.results) {
      const workload = WORKLOADS.find((one) => one.name === advised.workload);
      if (workload?.isSearched !== true || advised.advised.accepted.length === 0) continue;
      const folder = path.join(root, workload.name);
      results.push(await compareOrders(workload, advised, folder));
      console.log(results.at(-1));
      rmSync(folder, { recursive: true, force: true });
    }
    const report = { name: "order of proofs", ...(await machine()), results };
    writeFileSync(RESULT_FILE, `${JSON.stringify(report, null, 1)}\n`);
    updateBenchmarksPage("advisor-order", renderOrders(results));
    console.log(`Written to ${RESULT_FILE} and ${BENCHMARKS_PAGE}`);
  } finally {
    await inferenceClientOf({ settings: env() }).close();
    await worker.stop(1);
  }
}

async function compareOrders(
  workload: Workload,
  { rows, advised, promises }: Advised,
  folder: string,
): Promise<OrderResult> {
  const gains = new Map(
    promises
      .filter(({ name }) => advised.accepted.includes(name))
      .map(({ name, promised }) => [name, promised.value] as const),
  );
  const { candidates, queries, schema } = await proposeFor(workload, rows, folder);
  const estimated = await estimateCandidates({
    ctx: { settings: env() },
    input: { candidates, tables: schema.tables, queries, hasStatistics: true },
  });
  const needed = (list: Candidate[]) =>
    proofsNeeded(
      orderCandidates({ candidates: list, queries, earlier: new Map() }).map(
        (one) => one.candidate_id,
      ),
      gains,
    );
  return {
    workload: workload.name,
    candidates: candidates.length,
    rules: needed(candidates),
    model: needed(estimated),
  };
}

async function proposeFor(workload: Workload, rows: number, folder: string): Promise<Proposed> {
  const options = { folder, rows, secondsMax: 1, settings: proofSettings() };
  const { request } = await openWorkload(workload, options);
  const parser = await createShapeParser();
  const embedded = await embedProduct({ ...request, parser });
  try {
    const { signal } = new AbortController();
    return await propose(embedded.product, request.observed, parser, signal);
  } finally {
    await embedded.close();
    parser.close();
  }
}

/** Both orders as Markdown, one row a workload, and what they need in all. */
function renderOrders(results: readonly OrderResult[]): string {
  const rows = results.map((one) => [
    one.workload,
    String(one.candidates),
    String(one.rules ?? "–"),
    String(one.model ?? "–"),
  ]);
  const total = (pick: (one: OrderResult) => number | null) =>
    String(results.reduce((sum, one) => sum + (pick(one) ?? one.candidates), 0));
  const all = [
    "**all**",
    total((one) => one.candidates),
    total((one) => one.rules),
    total((one) => one.model),
  ];
  const head = ["workload", "candidates", "proofs, rules' order", "proofs, model's order"];
  const align = ["---", "---:", "---:", "---:"];
  return markdownTable([head, align, ...rows, all]);
}
