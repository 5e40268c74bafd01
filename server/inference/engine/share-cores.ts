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
