import type { LlamaContextSequence } from "node-llama-cpp";
import { type OneAtATime, oneAtATime } from "./one-at-a-time";

/** A context of llama.cpp: its sequences share one decoding, which runs beside those of other lanes. */
interface Lane {
  free: LlamaContextSequence[];
  running: number;
  inTurn: OneAtATime;
}

/** A sequence lent for one request. */
export interface Lent {
  sequence: LlamaContextSequence;
  /** Turns among the requests of the same lane. */
  inTurn: OneAtATime;
  /** Call once, when the request is done. */
  giveBack(): void;
}

/** Lends the sequences of a model's lanes; a request goes to the lane that has least to do. */
export class Lanes {
  readonly #lanes: Lane[];

  constructor(sequences: LlamaContextSequence[][]) {
    this.#lanes = sequences.map((free) => ({
      free: [...free],
      running: 0,
      inTurn: oneAtATime(),
    }));
  }

  hasRoom(): boolean {
    return this.#lanes.some(({ free }) => free.length > 0);
  }

  /** Null when every sequence is lent. */
  lend(): Lent | null {
    const [lane] = this.#lanes
      .filter(({ free }) => free.length > 0)
      .sort((a, b) => a.running - b.running);
    const sequence = lane?.free.pop();
    if (lane === undefined || sequence === undefined) return null;
    lane.running += 1;
    return {
      sequence,
      inTurn: lane.inTurn,
      giveBack() {
        lane.running -= 1;
        lane.free.push(sequence);
      },
    };
  }
}
