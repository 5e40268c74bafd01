import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Command } from "commander";
import { type Model, RegisterModel } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import {
  activeModel,
  exportTrainingSet,
  listModels,
  promoteModel,
  registerModel,
  rollBackModel,
} from "@/server/models";
import { AppError, type ServiceContext } from "@/server/platform";
import { type Answer, answer, table } from "../command";
import { fileNamed, readJson } from "../files";

const rowOf = (model: Model) => [
  model.model_id,
  model.regressions.length > 0 ? `${model.state} (worse)` : model.state,
  model.name,
  model.sha256.slice(0, 12),
  model.promoted_by ?? "-",
];
const answerOf = (all: Model[]): Answer => ({ data: all, lines: table(all.map(rowOf)) });
const answerActive = (model: Model | null): Answer =>
  model === null ? { data: null, lines: ["the manifest's default"] } : answerOf([model]);

async function readReport(path: string): Promise<object> {
  const report = await readJson(path);
  if (typeof report === "object" && report !== null) return report;
  throw new AppError("invalid_input", `The report ${path} holds no object.`);
}

async function writeTrainingSet(
  ctx: ServiceContext,
  { out, since }: { out: string; since?: string },
): Promise<Answer> {
  const from = since === undefined ? undefined : new Date(since);
  if (from !== undefined && Number.isNaN(from.getTime())) {
    throw new AppError("invalid_input", `--since is no date: ${since}`);
  }
  const { examples, ...made } = await exportTrainingSet({ ctx, input: { since: from } });
  const lines = examples.map((example) => `${JSON.stringify(example)}\n`).join("");
  await writeFile(fileNamed(out), gzipSync(lines), { mode: 0o600 });
  const { outcomes, reviews, scores } = made;
  return {
    data: { file: out, examples: examples.length, ...made },
    lines: [
      `${formatPlural(examples.length, "example")} of ${formatPlural(outcomes, "outcome")}, ${formatPlural(reviews, "review")} and ${formatPlural(scores, "score")} in ${out}`,
    ],
  };
}

export function addModelCommands(group: Command): void {
  group
    .command("list")
    .description("newest first")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerOf(await listModels({ ctx }))),
    );
  group
    .command("active")
    .description("the one to load")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerActive(await activeModel({ ctx }))),
    );
  group
    .command("export")
    .description("what was measured and decided here, as a training set (JSON lines, gzip)")
    .requiredOption("--out <path>", "file to write, .jsonl.gz")
    .option("--since <date>", "only suggestions from that day on")
    .action((options: { out: string; since?: string }, command: Command) =>
      answer(command, (ctx) => writeTrainingSet(ctx, options)),
    );
  group
    .command("register")
    .description("a GGUF as a candidate, with the JSON report of its evaluation")
    .requiredOption("--file <path>")
    .requiredOption("--evaluation <path>", "name, sha256, parameters, evaluation, trained_on, …")
    .action((options: { file: string; evaluation: string }, command: Command) =>
      answer(command, async (ctx) => {
        const report = await readReport(options.evaluation);
        const input = RegisterModel.parse({ ...report, file: fileNamed(options.file) });
        return answerOf([await registerModel({ ctx, input })]);
      }),
    );
  group
    .command("promote <model_id>")
    .description("let a candidate answer from now on")
    .option("--force <reason>", "although it is worse than the active model; kept in the audit")
    .action((model_id: string, { force }: { force?: string }, command: Command) =>
      answer(command, async (ctx) => {
        const input = { model_id, ...(force !== undefined && { force_reason: force }) };
        return answerOf([await promoteModel({ ctx, input })]);
      }),
    );
  group
    .command("roll-back")
    .description("back to the model the active one replaced")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerActive(await rollBackModel({ ctx }))),
    );
}
