import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { CALIBRATION_ERROR_MAX, chooseTasks, FALSE_ALARMS_MAX } from "../card/choose-tasks";
import { readManifest, setTasks } from "../card/manifest";
import { describeDataset, trainingFacts, writeCard } from "../card/write-card";
import { ReportFile } from "../evaluate/report";

/**
 * `card --run DIR [--data DIR] [--models models] [--reports models/distill/reports]`: writes
 * <models>/README.md of the manifest's first model, leaves it the tasks that it is better at than the
 * rules, and copies the run's curves to the reports. `--withhold task,…`: tasks at which it did worse
 * in use, whatever the test split says.
 */
export async function card(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      run: { type: "string" },
      data: { type: "string" },
      models: { type: "string", default: "models" },
      reports: { type: "string", default: "models/distill/reports" },
      withhold: { type: "string" },
    },
  });
  const { run, data, models, reports } = values;
  const withheld = (values.withhold ?? "").split(",").filter((task) => task !== "");
  if (run === undefined) throw new Error("--run is missing: the folder of the training.");
  const [model] = readManifest(models);
  if (model === undefined) throw new Error(`${models}/manifest.json names no model.`);
  const { details: report } = ReportFile.parse(
    JSON.parse(readFileSync(path.join(reports, `${model.name}.json`), "utf8")),
  );
  if (report.model.sha256 !== model.sha256) {
    throw new Error("The report is of another file: evaluate the exported model first.");
  }
  const counts = data === undefined ? undefined : path.join(data, "README.json");
  const dataset =
    counts !== undefined && existsSync(counts) ? describeDataset(readFileSync(counts, "utf8")) : "";
  const tasks = chooseTasks(report).filter((task) => !withheld.includes(task));
  const facts = trainingFacts(path.join(run, "log.jsonl"));
  const document = writeCard(setTasks(models, tasks), report, facts, dataset);
  writeFileSync(path.join(models, "README.md"), document + describeWithheld(withheld));
  copyFileSync(path.join(run, "loss.svg"), path.join(reports, `${model.name}-loss.svg`));
}

function describeWithheld(tasks: string[]): string {
  if (tasks.length === 0) return "";
  return `\n## Withheld\n\nLeft to the rules because the student did worse in use, whatever the test says: ${tasks.join(", ")}\n(\`npm run bench -- advisor --order\` for prior). So are tasks with a calibration error above ${CALIBRATION_ERROR_MAX}, and\nof those that were asked about apart from the generator the ones that do not beat the rules there, or\ntake more than ${100 * FALSE_ALARMS_MAX}% of harmless texts for attacks (\`card/choose-tasks.ts\`).\n`;
}
