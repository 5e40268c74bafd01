import { writeFileSync } from "node:fs";

/** Shape of a random model; the defaults load in milliseconds. */
export interface RandomModelOptions {
  seed?: number;
  width?: number;
  layers?: number;
  contextTokens?: number;
  chatTemplate?: string;
  /** Never prefers a quote, so that it writes every text to its bound. */
  isTalkative?: boolean;
  name?: string;
}

/** Words that are one token each, as a student's choices are. */
const WORDS = ["yes", "no", "accept", "reject", "counter", '{"gain":', '","reason":"', '"}'];
const HEAD_WIDTH = 16;
const TOKEN = { normal: 1, unknown: 2, control: 3, userDefined: 4, byte: 6 };

function vocabulary() {
  const tokens: { text: string; type: number; score: number }[] = [
    { text: "<unk>", type: TOKEN.unknown, score: 0 },
    { text: "<s>", type: TOKEN.control, score: 0 },
    { text: "</s>", type: TOKEN.control, score: 0 },
  ];
  for (let byte = 0; byte < 256; byte += 1) {
    const hex = byte.toString(16).toUpperCase().padStart(2, "0");
    tokens.push({ text: `<0x${hex}>`, type: TOKEN.byte, score: 0 });
  }
  for (const word of WORDS) tokens.push({ text: word, type: TOKEN.userDefined, score: 0 });
  // U+2581 is a space in SentencePiece's vocabularies.
  const pieces = ["\u2581", ...Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n))];
  for (const [rank, text] of pieces.entries()) {
    tokens.push({ text, type: TOKEN.normal, score: -1 - rank });
  }
  return tokens;
}

/** Normal values from a seed: mulberry32 and Box–Muller. */
function gaussian(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function tensorsOf(width: number, layers: number, words: number, next: () => number) {
  const hidden = width * 2;
  const matrix = (name: string, inputs: number, outputs: number, scale: number): GgufTensor => ({
    name: `${name}.weight`,
    shape: [inputs, outputs],
    values: Float32Array.from({ length: inputs * outputs }, () => next() * scale),
  });
  const ones = (name: string): GgufTensor => ({
    name: `${name}.weight`,
    shape: [width],
    values: new Float32Array(width).fill(1),
  });
  const scale = 1 / Math.sqrt(width);
  const tensors = [matrix("token_embd", width, words, 1)];
  for (let n = 0; n < layers; n += 1) {
    const block = `blk.${n}.`;
    tensors.push(ones(`${block}attn_norm`), ones(`${block}ffn_norm`));
    for (const part of ["attn_q", "attn_k", "attn_v", "attn_output"]) {
      tensors.push(matrix(block + part, width, width, scale));
    }
    tensors.push(matrix(`${block}ffn_gate`, width, hidden, scale));
    tensors.push(matrix(`${block}ffn_up`, width, hidden, scale));
    tensors.push(matrix(`${block}ffn_down`, hidden, width, scale));
  }
  return [...tensors, ones("output_norm"), matrix("output", width, words, 2 * scale)];
}

/**
 * Writes a llama-architecture GGUF with random weights: it knows nothing, but llama.cpp loads it,
 * and what holds for its answers holds for any model's. `width` must be divisible by 16.
 */
export function writeRandomModel(file: string, options: RandomModelOptions = {}): void {
  const { seed = 1, width = 32, layers = 1, contextTokens = 2048, name = "random" } = options;
  const tokens = vocabulary();
  const u32 = (value: number): GgufValue => ({ type: "u32", value });
  const metadata: Record<string, GgufValue> = {
    "general.architecture": { type: "string", value: "llama" },
    "general.name": { type: "string", value: name },
    "general.file_type": u32(0),
    "llama.context_length": u32(contextTokens),
    "llama.embedding_length": u32(width),
    "llama.block_count": u32(layers),
    "llama.feed_forward_length": u32(width * 2),
    "llama.attention.head_count": u32(width / HEAD_WIDTH),
    "llama.attention.layer_norm_rms_epsilon": { type: "f32", value: 1e-5 },
    "llama.rope.dimension_count": u32(HEAD_WIDTH),
    "llama.vocab_size": u32(tokens.length),
    "tokenizer.ggml.model": { type: "string", value: "llama" },
    "tokenizer.ggml.tokens": { type: "strings", value: tokens.map(({ text }) => text) },
    "tokenizer.ggml.scores": { type: "f32s", value: tokens.map(({ score }) => score) },
    "tokenizer.ggml.token_type": { type: "i32s", value: tokens.map(({ type }) => type) },
    "tokenizer.ggml.unknown_token_id": u32(0),
    "tokenizer.ggml.bos_token_id": u32(1),
    "tokenizer.ggml.eos_token_id": u32(2),
    "tokenizer.ggml.add_bos_token": { type: "bool", value: true },
    "tokenizer.ggml.add_space_prefix": { type: "bool", value: false },
  };
  if (options.chatTemplate !== undefined) {
    metadata["tokenizer.chat_template"] = { type: "string", value: options.chatTemplate };
  }
  const tensors = tensorsOf(width, layers, tokens.length, gaussian(seed));
  if (options.isTalkative === true) {
    const output = tensors.at(-1)?.values;
    // A logit of 0 never beats the best of the letters.
    for (const [id, { text }] of tokens.entries()) {
      if (text.includes('"')) output?.fill(0, id * width, (id + 1) * width);
    }
  }
  writeGguf(file, metadata, tensors);
}

/** Value types of GGUF v3 (ggml's docs/gguf.md) that the fixtures need. */
type GgufValue =
  | { type: "u32"; value: number }
  | { type: "f32"; value: number }
  | { type: "bool"; value: boolean }
  | { type: "string"; value: string }
  | { type: "strings"; value: string[] }
  | { type: "f32s"; value: number[] }
  | { type: "i32s"; value: number[] };

/** An F32 tensor; `shape` in ggml's order: the contiguous dimension first. */
interface GgufTensor {
  name: string;
  shape: number[];
  values: Float32Array;
}

const ALIGNMENT = 32;
const TYPE_ID = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 };

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}
const array = (elementType: number, elements: Buffer[]) =>
  Buffer.concat([u32(TYPE_ID.array), u32(elementType), u64(elements.length), ...elements]);

function encode(entry: GgufValue): Buffer {
  switch (entry.type) {
    case "u32":
      return Buffer.concat([u32(TYPE_ID.u32), u32(entry.value)]);
    case "f32":
      return Buffer.concat([u32(TYPE_ID.f32), f32(entry.value)]);
    case "bool":
      return Buffer.concat([u32(TYPE_ID.bool), Buffer.from([entry.value ? 1 : 0])]);
    case "string":
      return Buffer.concat([u32(TYPE_ID.string), text(entry.value)]);
    case "strings":
      return array(TYPE_ID.string, entry.value.map(text));
    case "f32s":
      return array(TYPE_ID.f32, entry.value.map(f32));
    case "i32s":
      return array(TYPE_ID.i32, entry.value.map(i32));
  }
}

function padded(bytes: Buffer): Buffer {
  const missing = (ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT;
  return Buffer.concat([bytes, Buffer.alloc(missing)]);
}

/** Writes a GGUF v3 file of F32 tensors (little endian). */
function writeGguf(file: string, metadata: Record<string, GgufValue>, tensors: GgufTensor[]): void {
  const entries = Object.entries(metadata);
  const data = tensors.map(({ values }) =>
    padded(Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  let offset = 0;
  const infos = tensors.map(({ name, shape }, index) => {
    const info = [text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset)];
    offset += data[index]?.length ?? 0;
    return Buffer.concat(info);
  });
  const head = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3),
    u64(tensors.length),
    u64(entries.length),
    ...entries.map(([key, value]) => Buffer.concat([text(key), encode(value)])),
    ...infos,
  ]);
  writeFileSync(file, Buffer.concat([padded(head), ...data]));
}
