import type { GgufFileType, Llama, LlamaModel } from "node-llama-cpp";
import type { InferenceModel, InferRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { vocabularyOf } from "../decode/vocabulary";
import { checkSum } from "./check-sum";
import { LoadedModel } from "./loaded-model";
import type { ModelSource } from "./manifest";
import { assertFits } from "./memory";
import { promptTokenizer } from "./prompt-tokens";
import { type ModelHeader, readHeader } from "./read-header";

export interface EngineOptions {
  threads: number;
  sequences: number;
  contextTokensMax: number;
}

/** Smaller files are read into memory: nobody can change them under our feet. */
const MMAP_BYTES_MIN = 256 * 1024 * 1024;
const BATCH_TOKENS = 512;

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
    maxThreads: options.threads,
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
    const { threads } = options;
    const context = await model.createContext({
      sequences,
      contextSize: contextTokens,
      batchSize: BATCH_TOKENS,
      threads,
    });
    const chats = source.format === null ? header.hasChatTemplate : source.format === "chat";
    const format = chats && header.hasChatTemplate ? "chat" : "completion";
    const loaded = new LoadedModel({
      info,
      sequences: Array.from({ length: sequences }, () => context.getSequence()),
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

async function disposeOf(model: LlamaModel | undefined): Promise<void> {
  await model?.dispose();
}
