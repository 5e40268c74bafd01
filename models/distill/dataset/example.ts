import { createHash } from "node:crypto";
import type { Choice } from "@/server/inference/tasks";

export type Split = "train" | "validation" | "test";
export type TaskName = "prior" | "confidence" | "opinion" | "adversarial";

/** One question with its right answer, a line of the data set. */
export interface Example {
  id: string;
  task: TaskName;
  /** Whole families stand in one split. */
  family: string;
  prompt: string;
  answer: string;
  /** Probabilities at each place of choice in the answer. */
  soft: Choice[];
  /** The rules' own answer, for comparison. */
  rules: string;
}

/** The same for prompts that differ in case or blanks only. */
export function fingerprintOf(prompt: string): string {
  const plain = prompt.toLowerCase().replace(/\s+/g, " ").trim();
  return createHash("sha256").update(plain).digest("hex").slice(0, 16);
}

/** An example of one enum at `place` (the text before its value), its answer the likeliest choice. */
export function enumExample(
  base: Omit<Example, "id" | "answer" | "soft">,
  before: string,
  after: string,
  choices: Record<string, number>,
): Example {
  const kept = normalize(choices);
  const [best = ""] = Object.entries(kept).reduce((a, b) => (b[1] > a[1] ? b : a));
  return {
    id: fingerprintOf(base.prompt),
    ...base,
    answer: `${before}${best}${after}`,
    soft: [{ at: before.length, choices: kept }],
  };
}

/** Less than this is rounded away. */
const SHARE_MIN = 0.002;

/** Rounded probabilities that sum to 1. */
function normalize(choices: Record<string, number>): Record<string, number> {
  const kept = Object.entries(choices).filter(([, share]) => share >= SHARE_MIN);
  const total = kept.reduce((sum, [, share]) => sum + share, 0);
  return Object.fromEntries(
    kept.map(([value, share]) => [value, Math.round((share / total) * 10_000) / 10_000]),
  );
}
