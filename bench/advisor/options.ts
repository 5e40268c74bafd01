import { parseArgs } from "node:util";

export interface BenchOptions {
  /** Names of workloads; all when empty. */
  only: string[];
  /** Rows of the largest table; each workload's own when left out. */
  rows: number | undefined;
  /** Time budget of one advising run. */
  seconds: number;
  /** Advise so often on each workload, and nothing else; 0: the whole benchmark, once. */
  repeats: number;
  /** Each repeated run knows what the one before said, as the sidecar's proofs do. */
  isRemembering: boolean;
  isScale: boolean;
  /** Compare the orders of proofs, and nothing else. */
  isOrder: boolean;
}

const USAGE =
  "npm run bench -- advisor [--only name,…] [--rows n] [--seconds n] [--repeat n [--remember]] [--scale] [--order]";

/** Throws with the usage for what it does not know. */
export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", default: "" },
      rows: { type: "string" },
      seconds: { type: "string" },
      repeat: { type: "string" },
      remember: { type: "boolean", default: false },
      scale: { type: "boolean", default: false },
      order: { type: "boolean", default: false },
    },
  });
  return {
    only: values.only.split(",").filter((name) => name !== ""),
    rows: values.rows === undefined ? undefined : positive(values.rows),
    // A product's default; at scale what one would give an analysis of everything.
    seconds: positive(values.seconds ?? (values.scale ? "120" : "60")),
    repeats: values.repeat === undefined ? 0 : positive(values.repeat),
    isRemembering: values.remember,
    isScale: values.scale,
    isOrder: values.order,
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`Not a whole number: ${text}\n${USAGE}`);
  return value;
}
