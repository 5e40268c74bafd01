import type { GgufFileType, Llama, LlamaContextSequence, LlamaModel } from "node-llama-cpp";
import type { InferenceModel, InferRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { type CoreShare, Lanes, splitSequences } from "./lanes";
import { LoadedModel } from "./loaded-model";
import type { ModelSource } from "./manifest";
import { assertFits, checkSum, type ModelHeader, readHeader } from "./model-file";
import { promptTokenizer, vocabularyOf } from "./tokens";

export interface EngineOptions extends CoreShare {
  sequences: number;
  contextTokensMax: number;
}

/** Smaller files are read into memory: nobody can change them under our feet. */
const MMAP_BYTES_MIN = 256 * 1024 * 1024;
/** Scratch memory grows with it; a student's prompt is shorter, and one longer is read in parts. */
const BATCH_TOKENS = 128;

/**
 * Shorter contexts do without flash attention: on a CPU it saves memory, not time. A student's
 * prompt costs a fifth less without.
 */
const FLASH_TOKENS_MIN = 4096;

const WARM_UP: InferRequest = {
  prompt: "warm-up",
  instruction: "Choose.",
  schema: {
    type: "object",
    properties: { choice: { type: "integer", enum: [0, 1] } },
    required: ["choice"],
    additionalProperties: false,
  },
  tokensMax: 1,
  deadlineMs: 60_000,
};

/**
 * llama.cpp in this process; its only user is the inference worker. `threads` is always set: with
 * more threads than free cores llama.cpp's spinning barriers make a millisecond's work last seconds.
 * It lives as long as the process: llama.dispose() was seen to wait for ever.
 */
export async function openEngine(options: EngineOptions) {
  const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
  const llama = await getLlama({
    gpu: false,
    build: "never",
    progressLogs: false,
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: options.lanes * options.threads,
  });
  return {
    /**
     * Checks, loads and warms a model beside whatever is loaded already. Throws `not_found`,
     * `invalid_input` (no GGUF, truncated, another SHA-256, not loadable) or `too_large` (memory).
     */
    load: (source: ModelSource) => loadModel(llama, source, options),
  };
}
export type Engine = Awaited<ReturnType<typeof openEngine>>;

async function describeModel(
  source: ModelSource,
  header: ModelHeader,
  sha256: string,
  tokens: number,
) {
  const { GgufFileType: names } = await import("node-llama-cpp");
  const fileType: GgufFileType | null = header.fileType;
  const quantization = fileType === null ? null : (names[fileType] ?? null);
  return {
    name: source.name,
    sha256,
    architecture: header.architecture,
    parameters: header.parameters,
    quantization: source.quantization ?? quantization?.replace(/^MOSTLY_|^ALL_/, "") ?? null,
    contextTokens: tokens,
    tasks: source.tasks,
    calibration: source.calibration,
  } satisfies InferenceModel;
}

async function loadModel(llama: Llama, source: ModelSource, options: EngineOptions) {
  const header = await readHeader(source.path);
  const { sequences } = options;
  const contextTokens = Math.min(
    header.trainedContextTokens ?? options.contextTokensMax,
    options.contextTokensMax,
  );
  assertFits(header.sizeBytes, header.cacheBytesPerToken * contextTokens * sequences);
  const sha256 = await checkSum(source.path, source.sha256);
  const info = await describeModel(source, header, sha256, contextTokens);
  let model: LlamaModel | undefined;
  try {
    model = await llama.loadModel({
      modelPath: source.path,
      gpuLayers: 0,
      useMmap: header.sizeBytes >= MMAP_BYTES_MIN,
    });
    const lanes = await openLanes(model, contextTokens, options);
    const chats = source.format === null ? header.hasChatTemplate : source.format === "chat";
    const format = chats && header.hasChatTemplate ? "chat" : "completion";
    const loaded = new LoadedModel({
      info,
      lanes,
      vocabulary: vocabularyOf(model),
      tokenize: await promptTokenizer(model, format),
      contextTokens,
      free: () => disposeOf(model),
    });
    await loaded.run(WARM_UP, new AbortController().signal);
    return loaded;
  } catch (cause) {
    await disposeOf(model);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("invalid_input", `${source.path} cannot be loaded: ${why}`, { cause });
  }
}

/** One context a lane on the same weights: what they decode, they decode at the same time. */
async function openLanes(model: LlamaModel, contextSize: number, options: EngineOptions) {
  const lanes: LlamaContextSequence[][] = [];
  for (const sequences of splitSequences(options.sequences, options.lanes)) {
    const context = await model.createContext({
      sequences,
      contextSize,
      batchSize: BATCH_TOKENS,
      flashAttention: contextSize >= FLASH_TOKENS_MIN,
      threads: options.threads,
    });
    lanes.push(Array.from({ length: sequences }, () => context.getSequence()));
  }
  return new Lanes(lanes);
}

async function disposeOf(model: LlamaModel | undefined): Promise<void> {
  await model?.dispose();
}
