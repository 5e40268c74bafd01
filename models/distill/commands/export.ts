import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Exported, enterModel } from "../card/manifest";
import { runPython } from "./run-python";

/**
 * `export --run DIR [--models models] [--name sidecar-student] [--python python3]`: writes
 * <models>/<name>-q8_0.gguf and its entry in <models>/manifest.json.
 */
export async function exportModel(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      run: { type: "string" },
      models: { type: "string", default: "models" },
      name: { type: "string", default: "sidecar-student" },
      python: { type: "string", default: "python3" },
    },
  });
  if (values.run === undefined) throw new Error("--run is missing: the folder of the training.");
  const run = path.resolve(values.run);
  const file = `${values.name}-q8_0.gguf`;
  const out = path.resolve(values.models, file);
  const printed = await runPython(values.python, [
    ...["export", "model", "--run", run, "--out", out, "--name", values.name],
  ]);
  const calibration = path.join(run, "calibration.json");
  const entry = enterModel(path.resolve(values.models), {
    name: values.name,
    file,
    exported: Exported.parse(JSON.parse(printed)),
    calibration: existsSync(calibration) ? JSON.parse(readFileSync(calibration, "utf8")) : {},
  });
  console.log(JSON.stringify(entry, null, 2));
}
