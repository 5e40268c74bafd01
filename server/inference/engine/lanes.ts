import type { LlamaContextSequence } from "node-llama-cpp";

/** A context of llama.cpp: its sequences share one decoding, which runs beside those of other lanes. */
interface Lane {
  free: LlamaContextSequence[];
  running: number;
  runSerially: SerialExecutor;
}

/** A sequence held for one request. */
export interface Lease {
  sequence: LlamaContextSequence;
  /** Runs work one at a time among the requests of the same lane. */
  runSerially: SerialExecutor;
  /** Call once, when the request is done. */
  release(): void;
}

/** Leases the sequences of a model's lanes; a request goes to the lane that has least to do. */
export class Lanes {
  readonly #lanes: Lane[];

  constructor(sequences: LlamaContextSequence[][]) {
    this.#lanes = sequences.map((free) => ({
      free: [...free],
      running: 0,
      runSerially: createSerialExecutor(),
    }));
  }

  hasRoom(): boolean {
    return this.#lanes.some(({ free }) => free.length > 0);
  }

  /** Null when every sequence is taken. */
  acquire(): Lease | null {
    const [lane] = this.#lanes
      .filter(({ free }) => free.length > 0)
      .sort((a, b) => a.running - b.running);
    const sequence = lane?.free.pop();
    if (lane === undefined || sequence === undefined) return null;
    lane.running += 1;
    return {
      sequence,
      runSerially: lane.runSerially,
      release() {
        lane.running -= 1;
        lane.free.push(sequence);
      },
    };
  }
}

/** How the engine uses the machine. */
export interface CoreShare {
  /** Contexts that decode at the same moment. */
  lanes: number;
  /** Threads of each. */
  threads: number;
}

/**
 * As many lanes as wished, but together never more threads than `cores`: with more, llama.cpp's
 * spinning barriers make a millisecond's work last seconds. One thread a lane never waits at one.
 */
export function shareCores(wished: CoreShare, cores: number): CoreShare {
  const threads = Math.max(1, Math.min(wished.threads, cores));
  return { threads, lanes: Math.max(1, Math.min(wished.lanes, Math.floor(cores / threads))) };
}

/** Splits sequences over lanes as evenly as it goes; a lane has at least one. */
export function splitSequences(sequences: number, lanes: number): number[] {
  const used = Math.min(lanes, sequences);
  return Array.from({ length: used }, (_, lane) => Math.floor((sequences + lane) / used));
}

/** Runs work in the order of arrival, one at a time; work that fails does not stop the next. */
export type SerialExecutor = <T>(work: () => Promise<T>) => Promise<T>;

function createSerialExecutor(): SerialExecutor {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
