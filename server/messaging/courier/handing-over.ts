import type { Logger } from "@/server/platform";
import type { SharedBroker } from "@/server/platform/broker";
import { type Loop, startLoop } from "./loop";
import { handOver, type OutboundOptions } from "./outbound";

const AGAIN = 0;

/** A loop that hands over to the broker, and that receipts wake only when it waits for them. */
interface Lane {
  loop: Loop;
  /** Receipts until there is room; 0: it does not wait for any. */
  receiptsMissing: number;
}

/**
 * The two loops that hand messages over to the shared broker: one for what is urgent, one for all. Each looks when
 * it is woken; a full window is looked at again when as many receipts have come as make room in it.
 */
export class HandingOver {
  private readonly urgent: Lane;
  private readonly any: Lane;
  private receipts = 0;

  constructor(
    log: Logger,
    private readonly options: OutboundOptions & { broker: SharedBroker | null },
    private readonly isPrepared: () => boolean,
  ) {
    this.any = this.start(log, { isUrgent: false });
    this.urgent = this.start(log, { isUrgent: true });
  }

  get loops(): Loop[] {
    return [this.urgent.loop, this.any.loop];
  }

  wake({ isUrgent }: { isUrgent: boolean }): void {
    (isUrgent ? this.urgent : this.any).loop.wake();
  }

  /** So many messages are no longer on the broker. */
  noteReceipts(count: number): void {
    this.receipts += count;
    for (const lane of [this.urgent, this.any]) {
      if (lane.receiptsMissing === 0) continue;
      lane.receiptsMissing = Math.max(0, lane.receiptsMissing - count);
      if (lane.receiptsMissing === 0) lane.loop.wake();
    }
  }

  private start(log: Logger, { isUrgent }: { isUrgent: boolean }): Lane {
    const lane: Lane = {
      receiptsMissing: 0,
      loop: startLoop(log, {
        name: isUrgent ? "hand over urgent" : "hand over",
        turn: () => this.turn(lane, isUrgent),
      }),
    };
    return lane;
  }

  private async turn(lane: Lane, isUrgent: boolean): Promise<number | null> {
    const { broker } = this.options;
    if (broker === null || !this.isPrepared()) return null;
    const before = this.receipts;
    const { count, isMore, receiptsMissing } = await handOver(
      { ...this.options, broker },
      { isUrgent },
    );
    // By another clock than ours what is urgent may not be so yet.
    if (isUrgent && count === 0) this.any.loop.wake();
    // Some may have come since it was counted.
    lane.receiptsMissing = Math.max(0, receiptsMissing - (this.receipts - before));
    const hasRoom = receiptsMissing > 0 && lane.receiptsMissing === 0;
    return isMore || hasRoom ? AGAIN : null;
  }
}
