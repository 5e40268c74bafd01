import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** What `python3 -m export model` prints. */
export const Exported = z.object({
  architecture: z.string(),
  parameters: z.number().int(),
  quantization: z.string(),
  context: z.number().int(),
  steps: z.number().int(),
});

/** A model of models/manifest.json. */
const ManifestEntry = z.object({
  name: z.string(),
  /** Beside the manifest. */
  file: z.string(),
  sha256: z.string(),
  size_bytes: z.number().int(),
  architecture: z.string(),
  parameters: z.number().int(),
  quantization: z.string(),
  /** Tokens. */
  context: z.number().int(),
  format: z.enum(["completion", "chat"]),
  licence: z.string(),
  made_by: z.string(),
  /** What it answers better than rules; all else stays with them. */
  tasks: z.array(z.string()),
  /** By task.field: logits of the values are divided by it before probabilities are taken. */
  calibration: z.record(z.string(), z.number()),
});
export type ManifestEntry = z.infer<typeof ManifestEntry>;
const Manifest = z.object({ models: z.array(ManifestEntry) });

export function readManifest(folder: string): ManifestEntry[] {
  const file = path.join(folder, "manifest.json");
  return existsSync(file) ? Manifest.parse(JSON.parse(readFileSync(file, "utf8"))).models : [];
}

/** Enters a model that lies in `folder`, or replaces the one of its name; the first is the default. */
export function enterModel(
  folder: string,
  model: {
    name: string;
    file: string;
    exported: z.infer<typeof Exported>;
    calibration: Record<string, number>;
    /** Left out: from random weights. */
    madeFrom?: string;
  },
): ManifestEntry {
  const bytes = readFileSync(path.join(folder, model.file));
  const { architecture, parameters, quantization, context, steps } = model.exported;
  const entry: ManifestEntry = {
    name: model.name,
    file: model.file,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    size_bytes: bytes.length,
    architecture,
    parameters,
    quantization,
    context,
    format: "completion",
    licence: "MIT",
    made_by: `models/distill: trained from ${model.madeFrom ?? "random weights"} in ${steps} steps`,
    tasks: [...new Set(Object.keys(model.calibration).map((key) => key.split(".")[0] ?? key))],
    calibration: model.calibration,
  };
  const others = readManifest(folder).filter(({ name }) => name !== model.name);
  writeManifest(folder, [entry, ...others]);
  return entry;
}

/** Sets what the first model answers. */
export function setTasks(folder: string, tasks: string[]): ManifestEntry {
  const [first, ...others] = readManifest(folder);
  if (first === undefined) throw new Error(`${folder}/manifest.json names no model.`);
  const entry = { ...first, tasks };
  writeManifest(folder, [entry, ...others]);
  return entry;
}

function writeManifest(folder: string, models: ManifestEntry[]): void {
  writeFileSync(path.join(folder, "manifest.json"), `${JSON.stringify({ models }, null, 2)}\n`);
}
