import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import os from "node:os";
import { pipeline } from "node:stream/promises";
import { AppError } from "@/server/platform";

/** What a GGUF says of itself. */
export interface ModelHeader {
  sizeBytes: number;
  architecture: string;
  parameters: number;
  /** llama.cpp's number of the quantization most tensors have (`general.file_type`). */
  fileType: number | null;
  trainedContextTokens: number | null;
  /** Attention cache (16 bit) of one token, bytes. */
  cacheBytesPerToken: number;
  hasChatTemplate: boolean;
}

const refuse = (message: string, cause?: unknown) =>
  new AppError("invalid_input", message, { cause });

/** Counts beyond these are no header but noise; reading on would only fill the memory. */
const TENSORS_MAX = 100_000n;
const ENTRIES_MAX = 100_000n;
const HEADER_BYTES = 24;

/** Size of a file that begins as a GGUF does. Throws `not_found`, `invalid_input`. */
async function assertGguf(file: string): Promise<number> {
  const handle = await open(file).catch((cause: unknown) => {
    throw new AppError("not_found", `There is no readable model file ${file}.`, { cause });
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw refuse(`${file} is no file.`);
    const head = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await handle.read(head, 0, HEADER_BYTES, 0);
    if (bytesRead < HEADER_BYTES || head.toString("latin1", 0, 4) !== "GGUF") {
      throw refuse(`${file} is no GGUF file.`);
    }
    const version = head.readUInt32LE(4);
    if (version !== 2 && version !== 3) throw refuse(`${file} is GGUF version ${version}.`);
    if (head.readBigUInt64LE(8) > TENSORS_MAX || head.readBigUInt64LE(16) > ENTRIES_MAX) {
      throw refuse(`${file} has a damaged header.`);
    }
    return stat.size;
  } finally {
    await handle.close();
  }
}

const numeric = (value: unknown): number | null =>
  typeof value === "number" || typeof value === "bigint" ? Number(value) : null;

function cacheBytesPerToken(llm: Record<string, unknown>, attention: Record<string, unknown>) {
  const layers = numeric(llm.block_count) ?? 0;
  const width = numeric(llm.embedding_length) ?? 0;
  const heads = numeric(attention.head_count) ?? 1;
  const shared = (numeric(attention.head_count_kv) ?? heads) / heads;
  return 2 * 2 * layers * width * shared;
}

/** Reads and judges a GGUF's header. Throws `not_found`, or `invalid_input` for a damaged one. */
export async function readHeader(file: string): Promise<ModelHeader> {
  const sizeBytes = await assertGguf(file);
  const { readGgufFileInfo } = await import("node-llama-cpp");
  const info = await readGgufFileInfo(file, {
    sourceType: "filesystem",
    logWarnings: false,
    spliceSplitFiles: false,
  }).catch((cause: unknown) => {
    throw refuse(`${file} is truncated or damaged: its header cannot be read.`, cause);
  });
  const tensors = info.tensorInfo ?? [];
  // Exact ends depend on each tensor's type and are checked by llama.cpp; no tensor may even start
  // behind the end.
  if (tensors.length === 0 || tensors.some(({ fileOffset }) => Number(fileOffset) >= sizeBytes)) {
    throw refuse(`${file} is truncated: it ends before its weights do.`);
  }
  const llm: Record<string, unknown> = { ...info.architectureMetadata };
  const attention: Record<string, unknown> = { ...info.architectureMetadata.attention };
  return {
    sizeBytes,
    architecture: info.metadata.general.architecture,
    parameters: tensors.reduce(
      (sum, { dimensions }) => sum + dimensions.reduce<number>((n, size) => n * Number(size), 1),
      0,
    ),
    fileType: numeric(info.metadata.general.file_type),
    trainedContextTokens: numeric(llm.context_length),
    cacheBytesPerToken: cacheBytesPerToken(llm, attention),
    hasChatTemplate: typeof info.metadata.tokenizer?.chat_template === "string",
  };
}

/** SHA-256 of a file, hex. Throws `invalid_input` when it is not the expected one. */
export async function checkSum(file: string, expected: string | null): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  const actual = hash.digest("hex");
  if (expected === null || actual === expected) return actual;
  throw new AppError(
    "invalid_input",
    `${file} is not the file the manifest names: its SHA-256 is ${actual}, not ${expected}.`,
  );
}

/** Scratch of llama.cpp and Node beside weights and attention cache. */
const OVERHEAD_BYTES = 64 * 1024 * 1024;

/**
 * Bytes this process may still take: what the system could give without swapping, or what its
 * control group leaves it, whichever is less.
 */
function memoryFreeBytes(): number {
  const limit = process.constrainedMemory();
  const isLimited = limit > 0 && limit < os.totalmem();
  return isLimited ? Math.min(os.freemem(), limit - process.memoryUsage.rss()) : os.freemem();
}

const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(2)} GiB`;

/** Throws `too_large` when weights (the file's size) and attention cache do not fit. */
export function assertFits(weightBytes: number, cacheBytes: number): void {
  const needed = weightBytes + cacheBytes + OVERHEAD_BYTES;
  const free = memoryFreeBytes();
  if (needed <= free) return;
  throw new AppError(
    "too_large",
    `The model needs about ${gigabytes(needed)} of memory (${gigabytes(weightBytes)} of weights, ` +
      `${gigabytes(cacheBytes)} for its sequences); ${gigabytes(free)} are free. Take a smaller ` +
      "model, or lower INFERENCE_SEQUENCES or INFERENCE_CONTEXT.",
    { details: { needed_bytes: needed, free_bytes: free } },
  );
}
