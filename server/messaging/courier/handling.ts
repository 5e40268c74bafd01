import type { Logger } from "@/server/platform";
import { handleDue, type InboundOptions } from "./inbound";
import { type Loop, startLoop } from "./loop";

/** Loops that handle any message, beside the one for what is urgent. */
const LOOPS = 2;

/**
 * The loops that handle stored messages. One that rests is woken for what has come; another one beside it when the
 * first has found as much as it takes at once, or is in a turn.
 */
export class Handling {
  private readonly urgent: Loop;
  private readonly any: readonly Loop[];

  constructor(
    log: Logger,
    private readonly options: InboundOptions,
  ) {
    this.any = Array.from({ length: LOOPS }, () =>
      startLoop(log, { name: "handle", turn: () => this.turn() }),
    );
    this.urgent = startLoop(log, {
      name: "handle urgent",
      turn: () => this.turnUrgent(),
    });
  }

  get loops(): Loop[] {
    return [this.urgent, ...this.any];
  }

  wake({ isUrgent }: { isUrgent: boolean }): void {
    const resting = this.any.find((each) => each.isResting());
    const woken = isUrgent ? [this.urgent] : resting === undefined ? this.any : [resting];
    for (const each of woken) each.wake();
  }

  private async turn(): Promise<number | null> {
    const ms = await handleDue(this.options, { isUrgent: false });
    if (ms === 0) this.any.find((each) => each.isResting())?.wake();
    return ms;
  }

  private async turnUrgent(): Promise<number | null> {
    const ms = await handleDue(this.options, { isUrgent: true });
    // By another clock than ours what is urgent may not be so yet.
    if (ms === null) this.wake({ isUrgent: false });
    return ms;
  }
}
