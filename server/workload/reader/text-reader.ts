import path from "node:path";
import { fileURLToPath } from "node:url";
import { Lru, processSlot, shortHash } from "@/server/platform";
import type { DescribedText, TextContext, TextDescription } from "../shape";
import { ReaderPool } from "./reader-pool";
import { Reading } from "./reading";

/**
 * Reads texts away from the event loop, on threads that are ended when a text takes too long. Keeps what
 * it read.
 */
export interface TextReader {
  /**
   * Everything there is to know of each text, in order. One that takes too much time or memory, and those
   * whose turn did not come within `msMax`, are described as unread (`too_costly`). "too_busy": not one
   * of them was reached in that time. Rejects with the signal's reason once it is aborted.
   */
  describe(
    texts: readonly DescribedText[],
    context: TextContext,
    options?: ReadOptions,
  ): Promise<TextDescription[] | "too_busy">;
  close(): Promise<void>;
}

interface ReadOptions {
  signal?: AbortSignal;
  msMax?: number;
}

interface ReaderSettings {
  /** Threads at most; each is started when those before it are busy. */
  threadsMax: number;
  /** Longest time for one text, milliseconds. */
  textMsMax: number;
  /** Longest time for the texts of one request, waiting included; unless the request tells its own. */
  requestMsMax: number;
  /** Of how many texts the descriptions are kept. */
  entriesMax: number;
  /** Program of a thread. */
  workerFile: string;
}

const DEFAULTS = { threadsMax: 2, textMsMax: 2000, requestMsMax: 5000, entriesMax: 2000 };

/** Beside this file. Not by `new URL(…)`: Next.js would take it for a part of a page. */
const ownWorkerFile = (): string =>
  path.join(path.dirname(fileURLToPath(import.meta.url)), "worker.mjs");

/** Opens a reader; its threads start with the first text. */
export function createTextReader(settings: Partial<ReaderSettings> = {}): TextReader {
  const { workerFile = ownWorkerFile() } = settings;
  const all: ReaderSettings = { ...DEFAULTS, ...settings, workerFile };
  const pool = new ReaderPool(all);
  const known = new Lru<TextDescription>(all.entriesMax);
  return {
    async describe(texts, context, { signal, msMax = all.requestMsMax } = {}) {
      signal?.throwIfAborted();
      if (texts.length === 0) return [];
      const readable = toReadable(context);
      const contextKey = shortHash(JSON.stringify(readable));
      const keys = texts.map(({ sql, example = null }) =>
        JSON.stringify([contextKey, sql, example]),
      );
      const found = new Map(keys.map((key) => [key, known.get(key)] as const));
      const missing = new Map<string, DescribedText>();
      for (const [place, text] of texts.entries()) {
        const key = keys[place] ?? "";
        if (found.get(key) === undefined) missing.set(key, text);
      }
      if (missing.size > 0) {
        const reading = new Reading([...missing.values()], readable, contextKey);
        const isReached = await pool.run(reading, { msMax, signal });
        if (!isReached && missing.size === found.size) return "too_busy";
        for (const [place, key] of [...missing.keys()].entries()) {
          const { description, isFinal } = reading.resultAt(place, all);
          found.set(key, description);
          if (isFinal) known.set(key, description);
        }
      }
      return keys.flatMap((key) => found.get(key) ?? []);
    },
    close: () => pool.close(),
  };
}

/** What the reading of a text rests on, without statistics: it is copied to every thread. */
function toReadable({ tables, schema, views, isShapeOnly }: TextContext): TextContext {
  return {
    tables: tables.map(({ name, columns, constraints = [], indexes = [] }) => ({
      name,
      columns: columns.map(({ name, type, nullable }) => ({
        ...{ name, ...(type === undefined ? {} : { type }) },
        ...(nullable === undefined ? {} : { nullable }),
      })),
      constraints: constraints.map(({ type, columns }) => ({ type, columns })),
      indexes: indexes.map(({ columns, is_unique }) => ({ columns, is_unique })),
    })),
    ...(schema === undefined ? {} : { schema }),
    ...(views?.length ? { views } : {}),
    ...(isShapeOnly ? { isShapeOnly } : {}),
  };
}

const slot = processSlot<TextReader>("textReader");

/** The reader of this process. */
export function textReader(): TextReader {
  slot.value ??= createTextReader();
  return slot.value;
}

/** Makes this reader the one of the process. */
export function shareTextReader(reader: TextReader): void {
  slot.value = reader;
}
