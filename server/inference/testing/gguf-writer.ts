import { writeFileSync } from "node:fs";

/** Value types of GGUF v3 (ggml's docs/gguf.md) that the fixtures need. */
export type GgufValue =
  | { type: "u32"; value: number }
  | { type: "f32"; value: number }
  | { type: "bool"; value: boolean }
  | { type: "string"; value: string }
  | { type: "strings"; value: string[] }
  | { type: "f32s"; value: number[] }
  | { type: "i32s"; value: number[] };

/** An F32 tensor; `shape` in ggml's order: the contiguous dimension first. */
export interface GgufTensor {
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
export function writeGguf(
  file: string,
  metadata: Record<string, GgufValue>,
  tensors: GgufTensor[],
): void {
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
