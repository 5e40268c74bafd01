import { benchAnalyze } from "./analyze";

/** `npm run bench -- <name>`: one benchmark a file. */
const BENCHMARKS: Record<string, () => Promise<void>> = { analyze: benchAnalyze };

const name = process.argv[2] ?? "";
const run = BENCHMARKS[name];
if (run === undefined) {
  console.error(`Usage: npm run bench -- <${Object.keys(BENCHMARKS).join(" | ")}>`);
  process.exitCode = 1;
} else {
  run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
