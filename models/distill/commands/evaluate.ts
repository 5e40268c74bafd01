import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { chooseTasks } from "../card/choose-tasks";
import { readManifest } from "../card/manifest";
import { evaluate, measureResident } from "../evaluate/evaluate";
import { ReportFile } from "../evaluate/report";
import { reportDocument } from "../evaluate/report-markdown";
import { describeModel, toEvaluation } from "../evaluate/to-evaluation";

/**
 * `evaluate --data DIR [--model NAME of models/manifest.json, or PATH.gguf] [--examples 5000]
 * [--threads 1] [--out models/distill/reports]`: on the test split and on the sets of
 * evaluate/outside; writes <out>/<model>.md and <model>.json, which `npx sidecar models register`
 * accepts.
 */
export async function evaluateModel(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: "string" },
      model: { type: "string" },
      models: { type: "string", default: "models" },
      examples: { type: "string", default: "5000" },
      threads: { type: "string", default: "1" },
      out: { type: "string", default: "models/distill/reports" },
    },
  });
  if (values.data === undefined) throw new Error("--data is missing: the folder of the data set.");
  const known = readManifest(values.models).find(
    ({ name }, index) => name === values.model || (values.model === undefined && index === 0),
  );
  const file = known === undefined ? values.model : path.join(values.models, known.file);
  if (file === undefined) throw new Error("--model is missing, and there is no manifest.");
  const report = await evaluate({
    data: values.data,
    model: file,
    calibration: known?.calibration ?? {},
    examplesMax: Number(values.examples),
    threads: Number(values.threads),
  });
  mkdirSync(values.out, { recursive: true });
  const name = known?.name ?? path.basename(file, ".gguf");
  const base = path.join(values.out, name);
  const document = reportDocument(report);
  const { tasks = chooseTasks(report), calibration = {} } = known ?? {};
  const written: ReportFile = ReportFile.parse({
    ...{ name, ...(await describeModel(file)), source: known ? "shipped" : "refined" },
    evaluation: toEvaluation(report, tasks, calibration),
    trained_on: { outcomes: 0, reviews: 0, base_set: known ? "generated" : "unknown" },
    details: report,
  });
  writeFileSync(`${base}.json`, `${JSON.stringify(written, null, 2)}\n`);
  writeFileSync(`${base}.md`, document);
  console.log(document);
}

/** `memory --model PATH.gguf [--threads 1]`: prints the megabytes of a process that holds it. */
export async function memory(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { model: { type: "string" }, threads: { type: "string", default: "1" } },
  });
  if (values.model === undefined) throw new Error("--model is missing.");
  console.log(await measureResident(values.model, Number(values.threads)));
}

/** The same, measured in a process of its own: the caller's data is not counted. */
export async function measureApart(model: string): Promise<number> {
  const main = path.resolve(process.argv[1] ?? "");
  const args = [...process.execArgv, main, "memory", "--model", model];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout.trim());
}
