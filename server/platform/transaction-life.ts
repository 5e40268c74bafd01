import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Whether a transaction can still be written to. postgres.js 3.4 goes on writing to a connection that was lost in
 * the middle of one: its ROLLBACK throws past every handler, which ends the process, and a later statement
 * of the transaction would run alone, outside of any, on the connection that has taken its place.
 */
export class TransactionLife {
  #isOver = false;

  /** Committed, rolled back, or its connection was lost. */
  end(): void {
    this.#isOver = true;
  }

  /** Throws once the transaction is over. */
  assertOpen(): void {
    if (!this.#isOver) return;
    const text = "This transaction is over: it was ended, or its connection was lost.";
    throw Object.assign(new Error(text), { code: "CONNECTION_CLOSED" });
  }

  /**
   * Does the work of the transaction. When the connection was lost meanwhile this never settles, so that postgres.js
   * writes neither COMMIT nor ROLLBACK; it has told the caller of the loss by then.
   */
  async bounded<T>(work: () => Promise<T>): Promise<T> {
    try {
      const done = await work();
      if (!this.#isOver) return done;
    } catch (error) {
      // The statement is told of the loss a moment before the transaction.
      await nextTurn();
      if (!this.#isOver) throw error;
    }
    return new Promise<never>(() => {});
  }
}
