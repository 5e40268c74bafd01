import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { AppError } from "@/server/platform";

/** Size in bytes of a GGUF whose SHA-256 is the given one. Throws `invalid_input` for any other file. */
export async function inspectModelFile(file: string, sha256: string): Promise<number> {
  const hash = createHash("sha256");
  let [size, head] = [0, Buffer.alloc(0)];
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      if (head.length < 4) head = Buffer.concat([head, chunk]).subarray(0, 4);
      hash.update(chunk);
      size += chunk.length;
    }
  } catch (cause) {
    throw new AppError("invalid_input", `The model file ${file} cannot be read.`, { cause });
  }
  if (head.toString("latin1") !== "GGUF") {
    throw new AppError("invalid_input", `${file} is not a GGUF file.`);
  }
  if (hash.digest("hex") !== sha256) {
    throw new AppError("invalid_input", `The SHA-256 of ${file} is not the one given.`);
  }
  return size;
}
