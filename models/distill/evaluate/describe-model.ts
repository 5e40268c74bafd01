import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { GgufFileType } from "node-llama-cpp";
import type { RegisterModel } from "@/server/contracts";
import { readHeader } from "@/server/inference/engine/model-file";

/** What a GGUF says of itself, as it is registered. Throws `not_found`, `invalid_input`. */
export async function describeModel(
  file: string,
): Promise<Pick<RegisterModel, "sha256" | "parameters" | "quantization">> {
  const { parameters, fileType } = await readHeader(file);
  const name = fileType === null ? undefined : GgufFileType[fileType];
  return {
    sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
    parameters,
    quantization: name?.replace(/^MOSTLY_|^ALL_/, "") ?? "unknown",
  };
}
