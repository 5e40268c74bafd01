import { createShapeParser, type ShapeParser } from "@/server/workload";

// One parser a process: Next.js may load this module once per route bundle.
const shared = globalThis as typeof globalThis & { sidecarShapeParser?: Promise<ShapeParser> };

/** This process's query parser (an own in-memory DuckDB that holds no data). */
export function shapeParser(): Promise<ShapeParser> {
  const parser = shared.sidecarShapeParser ?? createShapeParser();
  shared.sidecarShapeParser = parser;
  return parser;
}
