import { shortHash } from "@/server/platform/ids";
import { type DescribedText, type TextContext, type TextDescription, unreadText } from "../shape";

/** Texts that a thread is handed at once: the next request's turn comes after them. */
const SLICE_TEXTS_MAX = 8;
const SLICE_CHARACTERS_MAX = 16_000;

/** Why a text was given up. */
type GivenUp = "time" | "memory" | "depth" | "turn";

/** The texts of one request on their way: which are read, which wait, which were given up. */
export class Reading {
  readonly #read = new Map<number, TextDescription>();
  readonly #givenUp = new Map<number, GivenUp>();
  #waiting: number[];

  constructor(
    readonly texts: readonly DescribedText[],
    readonly context: TextContext,
    readonly contextKey: string,
  ) {
    this.#waiting = texts.map((_, place) => place);
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** All texts are read or given up. */
  get isComplete(): boolean {
    return this.#read.size + this.#givenUp.size === this.texts.length;
  }

  /** At least one text was read, or tried. */
  get isReached(): boolean {
    return this.#read.size > 0 || [...this.#givenUp.values()].some((why) => why !== "turn");
  }

  /** Places of the next texts for a thread; they wait no longer. */
  takeSlice(): number[] {
    let characters = 0;
    let count = 0;
    for (const place of this.#waiting.slice(0, SLICE_TEXTS_MAX)) {
      const { sql = "", example = "" } = this.texts[place] ?? {};
      characters += sql.length + example.length;
      if (count > 0 && characters > SLICE_CHARACTERS_MAX) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Texts of a slice that ended before they were read wait again, before the others. */
  putBack(slice: readonly number[]): void {
    const open = slice.filter((place) => !this.#read.has(place) && !this.#givenUp.has(place));
    this.#waiting = [...open, ...this.#waiting];
  }

  /** null: its reading overflowed the stack. */
  addRead(place: number, description: TextDescription | null): void {
    if (description === null) this.giveUp(place, "depth");
    else this.#read.set(place, description);
  }

  giveUp(place: number, why: GivenUp): void {
    this.#givenUp.set(place, why);
  }

  /** The request's time is over: what was not read by now is not. */
  giveUpRest(): void {
    for (const place of this.texts.keys()) {
      if (!this.#read.has(place) && !this.#givenUp.has(place)) this.giveUp(place, "turn");
    }
    this.#waiting = [];
  }

  /** `isFinal`: another attempt would give the same. */
  resultAt(
    place: number,
    { textMsMax }: { textMsMax: number },
  ): { description: TextDescription; isFinal: boolean } {
    const description = this.#read.get(place);
    if (description) return { description, isFinal: true };
    const { sql = "" } = this.texts[place] ?? {};
    const message = MESSAGES[this.#givenUp.get(place) ?? "turn"](textMsMax);
    const unread = { reason: "too_costly" as const, message };
    return { description: unreadText(sql, shortHash(sql), unread), isFinal: false };
  }
}

const MESSAGES: Record<GivenUp, (textMsMax: number) => string> = {
  time: (textMsMax) => `reading it takes longer than ${textMsMax / 1000} s`,
  memory: () => "reading it takes too much memory",
  depth: () => "it is nested too deep to be read",
  turn: () => "the time for reading the queries of one request ended before its turn",
};
