import type { DescribedText, TextContext, TextDescription } from "../shape";

/** Texts for a reading thread. One batch is on its way at a time. */
export interface Batch {
  texts: DescribedText[];
  /** Left out: that of the batch before. */
  context?: TextContext;
}

/** What a reading thread tells. */
export type Told =
  | { told: "ready" }
  /** The text at this place of the batch; null: reading it overflowed the stack. */
  | { told: "read"; place: number; description: TextDescription | null }
  /** The batch has ended: all was read, or reading was stopped. */
  | { told: "done" };

/** Memory that both sides see while neither can be spoken to. */
export class ReaderState {
  readonly #cells: Int32Array;

  constructor(readonly buffer = new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT)) {
    this.#cells = new Int32Array(buffer);
  }

  /** The reader begins a text of the batch; null: it is between texts. */
  beginText(place: number | null): void {
    // Memory begins with zeros: of no text.
    Atomics.store(this.#cells, 0, place === null ? 0 : place + 1);
    Atomics.add(this.#cells, 1, 1);
  }

  /** Place of the text being read, null for none; `step` changes with every text. */
  get text(): { place: number | null; step: number } {
    const begun = Atomics.load(this.#cells, 0);
    return { place: begun === 0 ? null : begun - 1, step: Atomics.load(this.#cells, 1) };
  }

  /** Asks the reader to stop, or takes that back. */
  set isStopped(value: boolean) {
    Atomics.store(this.#cells, 2, value ? 1 : 0);
  }

  get isStopped(): boolean {
    return Atomics.load(this.#cells, 2) === 1;
  }

  /** Counts a call into DuckDB. False: reading was stopped, the call must not be made. */
  enterCall(): boolean {
    Atomics.add(this.#cells, 3, 1);
    if (!this.isStopped) return true;
    this.leaveCall();
    return false;
  }

  leaveCall(): void {
    Atomics.sub(this.#cells, 3, 1);
  }

  /** After a stop no call begins any more: once there is none, the thread can be ended. */
  get isInCall(): boolean {
    return Atomics.load(this.#cells, 3) > 0;
  }
}
