import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import type { TrainingExample } from "@/server/contracts";
import { Exported, enterModel, type ManifestEntry, readManifest, setTasks } from "../card/manifest";
import { dataset } from "../dataset/command";
import { readQuestions } from "../evaluate/evaluate";
import { ReportFile } from "../evaluate/report";
import { reportDocument } from "../evaluate/report-markdown";
import { describeModel } from "../evaluate/to-evaluation";
import { comparisonTables, evaluateBoth } from "../refine/evaluate-both";
import { prepareData } from "../refine/mix-replay";
import { GROUPS_MIN, readTrainingSet, splitGroups } from "../refine/training-set";
import { measureApart } from "./evaluate";
import { runPython, train } from "./train";

const OPTIONS = {
  from: { type: "string" },
  out: { type: "string" },
  data: { type: "string" },
  models: { type: "string", default: "models" },
  baseline: { type: "string" },
  name: { type: "string" },
  minutes: { type: "string", default: "10" },
  python: { type: "string", default: "python3" },
  threads: { type: "string", default: "1" },
  replay: { type: "string", default: "12000" },
  "learning-rate": { type: "string", default: "0.0001" },
  "min-examples": { type: "string", default: String(GROUPS_MIN) },
  examples: { type: "string", default: "5000" },
} as const;

const Calibration = z.record(z.string(), z.number().positive());

/** Of a generated base set, where none is given: minutes, not an hour. */
const BASE_SCALE = "0.1";

/**
 * `refine --from set.jsonl.gz --out DIR [--data DIR] [--minutes 10] [--python python3]`: goes on
 * from the baseline (`--models models`, `--baseline NAME` of its manifest, else the first) with
 * an export of `cli models export` among replayed examples of the generated set (`--data`, else a
 * small one is made), compares both, and writes <out>/<name>-q8_0.gguf, report.json, which
 * `cli models register` reads, and report.md. Rejects where there are too few examples
 * (`--min-examples`, counted in changes), or where training found nothing better.
 */
export async function refine(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.from === undefined || values.out === undefined) {
    throw new Error("--from and --out are needed: a training set, and a folder to write to.");
  }
  const out = path.resolve(values.out);
  const run = path.join(out, "run");
  if (existsSync(run)) throw new Error(`${out} holds a refinement already: choose another folder.`);
  const baseline = baselineOf(values.models, values.baseline);
  const exported = readTrainingSet(values.from);
  const own = splitGroups(exported, Number(values["min-examples"]));
  const base = values.data ?? path.join(out, "base");
  if (values.data === undefined) await dataset(["--out", base, "--scale", BASE_SCALE]);
  const mixed = path.join(out, "data");
  await prepareData(own, { base, replay: Number(values.replay), folder: mixed });
  const initial = path.resolve(values.models, baseline.file);
  await train([
    ...["--python", values.python, "--data", mixed, "--run", run, "--initial", initial],
    ...["--minutes", values.minutes, "--threads", values.threads, "--epochs", "1000"],
    ...["--learning-rate", values["learning-rate"], "--validate-every", "100"],
  ]);
  const candidate = await exportCandidate(values.python, {
    ...{ run, out, baseline, name: values.name ?? named(baseline) },
  });
  const file = path.join(out, candidate.file);
  const { examples, threads } = values;
  const { report, evaluation } = await evaluateBoth({
    candidate: { name: candidate.name, file, calibration: candidate.calibration },
    baseline: { ...baseline, file: initial },
    questions: readQuestions({
      data: base,
      examplesMax: Number(examples),
    }),
    own: own.test,
    threads: Number(threads),
    residentMb: await measureApart(file),
  });
  setTasks(out, evaluation.trusted_tasks ?? []);
  const written: ReportFile = ReportFile.parse({
    ...{ name: candidate.name, ...(await describeModel(file)), source: "refined", evaluation },
    trained_on: countOf([...own.train, ...own.validation]),
    details: report,
  });
  writeReport(out, written);
  console.log(comparisonTables(evaluation));
  console.log(
    `npx sidecar models register --file ${file} --evaluation ${path.join(out, "report.json")}`,
  );
}

function baselineOf(models: string, name: string | undefined): ManifestEntry {
  const all = readManifest(models);
  const found = name === undefined ? all[0] : all.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new Error(`${models}/manifest.json has no model ${name ?? "at all"}.`);
}

/** After the day, not after how often it was refined. */
function named({ name }: ManifestEntry): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  return `${name.replace(/-\d{8}$/, "")}-${day}`;
}

async function exportCandidate(
  python: string,
  { run, out, name, baseline }: { run: string; out: string; name: string; baseline: ManifestEntry },
): Promise<ManifestEntry> {
  const file = `${name}-q8_0.gguf`;
  const to = path.join(out, file);
  const exported = Exported.parse(
    JSON.parse(
      await runPython(python, ["export", "model", "--run", run, "--out", to, "--name", name]),
    ),
  );
  if (exported.steps === 0) {
    throw new Error(
      "Nothing better than the baseline was found on held-out examples: there is nothing to register. More examples or other settings (--minutes, --learning-rate) may help.",
    );
  }
  const calibration = Calibration.parse(
    JSON.parse(readFileSync(path.join(run, "calibration.json"), "utf8")),
  );
  return enterModel(out, { name, file, exported, calibration, madeFrom: baseline.name });
}

/** Changes by where their answers come from. */
function countOf(learnt: readonly TrainingExample[]) {
  const groupsOf = (isPeople: boolean) =>
    new Set(
      learnt.filter(({ basis }) => (basis === "people") === isPeople).map(({ group }) => group),
    ).size;
  return { outcomes: groupsOf(false), reviews: groupsOf(true), base_set: "generated" };
}

function writeReport(out: string, written: ReportFile): void {
  writeFileSync(path.join(out, "report.json"), `${JSON.stringify(written, null, 2)}\n`);
  const document = `${reportDocument(written.details)}\n${comparisonTables(written.evaluation)}`;
  writeFileSync(path.join(out, "report.md"), document);
}
