import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { ModelChoice } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** One model of `models/manifest.json`; how it was made and what it is for stands there too. */
const ManifestEntry = z.looseObject({
  name: z.string().min(1),
  /** Beside the manifest. */
  file: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  quantization: z.string().optional(),
  /** `chat`: instruction and prompt go through the model's chat template. */
  format: z.enum(["completion", "chat"]).default("completion"),
  tasks: z.array(z.string()).optional(),
  /** Temperature by `task.property`. */
  calibration: z.record(z.string(), z.number().positive()).default({}),
});
const Manifest = z.union([
  z.array(ManifestEntry),
  z.looseObject({ models: z.array(ManifestEntry) }).transform(({ models }) => models),
]);

/** A file to load and what is known of it beforehand. */
export interface ModelSource {
  name: string;
  path: string;
  /** null: whatever the file has. */
  sha256: string | null;
  /** null: chat when the file has a chat template. */
  format: "completion" | "chat" | null;
  quantization: string | null;
  tasks: string[] | null;
  calibration: Record<string, number>;
}

/** What is known of a file that no manifest names: nothing. */
const UNLISTED = {
  sha256: null,
  format: null,
  quantization: null,
  tasks: null,
  calibration: {},
} satisfies Partial<ModelSource>;

/** Models of a manifest, the default one first; empty without a manifest. */
export function readManifest(file: string): ModelSource[] {
  if (!existsSync(file)) return [];
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new AppError("misconfigured", `${file} cannot be read as JSON.`, { cause });
  }
  const parsed = Manifest.safeParse(json);
  if (!parsed.success) {
    const why = z.prettifyError(parsed.error);
    throw new AppError("misconfigured", `${file} is no list of models: ${why}`);
  }
  return parsed.data.map((entry) => ({
    name: entry.name,
    path: path.resolve(path.dirname(file), entry.file),
    sha256: entry.sha256,
    format: entry.format,
    quantization: entry.quantization ?? null,
    tasks: entry.tasks ?? null,
    calibration: entry.calibration,
  }));
}

/** A GGUF of the user's own; when the manifest knows it, what is written there holds. */
function sourceOfFile(file: string, manifest: ModelSource[]): ModelSource {
  const absolute = path.resolve(file);
  const known = manifest.find((source) => source.path === absolute);
  const name = path.basename(file).replace(/[.]gguf$/i, "");
  return known ?? { ...UNLISTED, name, path: absolute };
}

/** The chosen model. Throws `not_found` for a name that the manifest does not have. */
export function findModel(choice: ModelChoice, manifest: ModelSource[]): ModelSource {
  if ("path" in choice) {
    const source = sourceOfFile(choice.path, manifest);
    return {
      ...source,
      sha256: choice.sha256 ?? source.sha256,
      tasks: choice.tasks ?? source.tasks,
      calibration: choice.calibration ?? source.calibration,
    };
  }
  const found = manifest.find(({ name }) => name === choice.name);
  if (found !== undefined) return found;
  const names = manifest.map(({ name }) => name).join(", ") || "none";
  throw new AppError("not_found", `The manifest has no model "${choice.name}" (it has: ${names}).`);
}

/** What to load at the start: MODEL_PATH, else the manifest's first model that lies there; or null. */
export function defaultModel(
  modelPath: string | undefined,
  manifest: ModelSource[],
): ModelSource | null {
  if (modelPath !== undefined) return sourceOfFile(modelPath, manifest);
  return manifest.find((source) => existsSync(source.path)) ?? null;
}
