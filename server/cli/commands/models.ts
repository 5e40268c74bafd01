import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { type Model, RegisterModel } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import type { ServiceContext } from "@/server/platform";
import { AppError } from "@/server/platform/errors";
import type { Answer, CliCommand } from "../command";
import { fileNamed, readJson } from "../files";

const rowOf = (model: Model) => [
  model.model_id,
  model.regressions.length > 0 ? `${model.state} (worse)` : model.state,
  model.name,
  model.sha256.slice(0, 12),
  model.promoted_by ?? "-",
];
const answerOf = (data: Model | Model[]): Answer => ({
  data,
  lines: [
    {
      columns: ["ID", "STATE", "NAME", "SHA-256", "PROMOTED BY"],
      rows: [data].flat().map(rowOf),
      empty: "No model is registered; the manifest's default is served.",
    },
  ],
});
const answerActive = (model: Model | null): Answer =>
  model === null ? { data: null, lines: ["the manifest's default"] } : answerOf(model);

async function readReport(path: string): Promise<object> {
  const report = await readJson(path);
  if (typeof report === "object" && report !== null) return report;
  throw new AppError("invalid_input", `The report ${path} holds no object.`);
}

const ExportOptions = z.object({ out: z.string(), since: z.string().optional() });

async function writeTrainingSet(
  ctx: ServiceContext,
  { out, since }: z.output<typeof ExportOptions>,
): Promise<Answer> {
  const from = since === undefined ? undefined : new Date(since);
  if (from !== undefined && Number.isNaN(from.getTime())) {
    throw new AppError("invalid_input", `--since is no date: ${since}`);
  }
  const { exportTrainingSet } = await import("@/server/models");
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

export function defineModels(group: CliCommand): void {
  group
    .command("list")
    .description("newest first")
    .answers("Model[]", async ({ ctx }) => {
      const { listModels } = await import("@/server/models");
      return answerOf(await listModels({ ctx }));
    });
  group
    .command("active")
    .description("the one to load")
    .answers("Model, or null: the manifest's default", async ({ ctx }) => {
      const { activeModel } = await import("@/server/models");
      return answerActive(await activeModel({ ctx }));
    });
  group
    .command("export")
    .description("what was measured and decided here, as a training set (JSON lines, gzip)")
    .requiredOption("--out <path>", "file to write, .jsonl.gz")
    .option("--since <date>", "only suggestions from that day on")
    .answers("{ file, examples, outcomes, reviews, scores }", ({ ctx, options }) =>
      writeTrainingSet(ctx, ExportOptions.parse(options)),
    );
  defineChoice(group);
}

function defineChoice(group: CliCommand): void {
  group
    .command("register")
    .description("a GGUF as a candidate, with the JSON report of its evaluation")
    .requiredOption("--file <path>", "the GGUF")
    .requiredOption("--evaluation <path>", "name, sha256, parameters, evaluation, trained_on, …")
    .answers("Model", async ({ ctx, options }) => {
      const { registerModel } = await import("@/server/models");
      const report = await readReport(String(options.evaluation));
      const input = RegisterModel.parse({ ...report, file: fileNamed(String(options.file)) });
      return answerOf(await registerModel({ ctx, input }));
    });
  group
    .command("promote <model_id>")
    .description("let a candidate answer from now on")
    .option("--force <reason>", "although it is worse than the active model; kept in the audit")
    .answers("Model", async ({ ctx, arg, options: { force } }) => {
      const { promoteModel } = await import("@/server/models");
      const forced = force === undefined ? {} : { force_reason: String(force) };
      return answerOf(await promoteModel({ ctx, input: { model_id: arg("model_id"), ...forced } }));
    });
  group
    .command("roll-back")
    .description("back to the model the active one replaced")
    .answers("Model, or null: the manifest's default", async ({ ctx }) => {
      const { rollBackModel } = await import("@/server/models");
      return answerActive(await rollBackModel({ ctx }));
    });
}
