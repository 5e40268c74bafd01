import path from "node:path";
import type { Candidate, ProofResult } from "@/server/contracts";
import { proveCandidates } from "..";
import type { ProofClock } from "../timer";
import type { ProofInput } from "../types";
import { compile } from "./candidates";
import type { TestProduct } from "./product";

/** A proof ends when it is decided; this only keeps a busy machine from cutting it short. */
const SECONDS_MAX = 60;

type Changes = Pick<ProofInput, "queries"> & Partial<ProofInput>;

/** A proof of candidates on a test product with the settings of all suites; `changes` has the queries. */
export function proofInput(
  { product, schema }: TestProduct,
  folder: string,
  candidates: Candidate[],
  changes: Changes,
): ProofInput {
  return {
    product,
    schema,
    candidates,
    excluded: [],
    compile,
    cacheDir: path.join(folder, "cache"),
    workDir: path.join(folder, "work"),
    rowsMax: 1_000_000,
    secondsMax: SECONDS_MAX,
    gainMin: 0.1,
    earlier: new Map(),
    weights: { storage: 0.02, write: 1 },
    seed: 7,
    onProgress: () => {},
    onEvent: () => {},
    onAdvice: () => Promise.resolve("continue"),
    completion: null,
    onProblem: (what, error) => {
      throw new Error(what, { cause: error });
    },
    signal: new AbortController().signal,
    ...changes,
  };
}

/** Proves candidates on a test product: see proofInput. */
export const proveProduct = (
  source: TestProduct,
  folder: string,
  candidates: Candidate[],
  changes: Changes,
  clock?: ProofClock,
): Promise<ProofResult> => proveCandidates(proofInput(source, folder, candidates, changes), clock);
