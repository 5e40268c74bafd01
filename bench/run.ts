import { benchAdvisor } from "./advisor/bench-advisor";
import { benchAnalyze } from "./analyze";
import { benchDashboard } from "./dashboard";
import { benchInference } from "./inference/bench-inference";
import { benchMany } from "./many";
import { benchMessages } from "./messages";
import { benchPages } from "./pages";

/** `npm run bench -- <name> [options]`: one benchmark a file or folder. */
const BENCHMARKS: Record<string, (args: string[]) => Promise<void>> = {
  advisor: benchAdvisor,
  analyze: benchAnalyze,
  dashboard: benchDashboard,
  inference: benchInference,
  many: benchMany,
  messages: benchMessages,
  pages: benchPages,
};

const [name = "", ...args] = process.argv.slice(2);
const run = BENCHMARKS[name];
if (run === undefined) {
  console.error(`Usage: npm run bench -- <${Object.keys(BENCHMARKS).join(" | ")}>`);
  process.exitCode = 1;
} else {
  run(args).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
