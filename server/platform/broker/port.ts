/** A job as it is handed over. The broker keeps one of an id: a second offer changes nothing. */
export interface Offer {
  id: string;
  data: unknown;
  delayMs: number;
  /** 1 is first. */
  priority: number;
}

export interface Delivery {
  id: string;
  data: unknown;
}

/** What becomes of a delivery: gone, back at once for whoever is free, or back after a delay. */
export type Next =
  | { outcome: "done" }
  | { outcome: "returned" }
  | { outcome: "delayed"; delayMs: number };

export interface Consumer {
  /** True once it takes jobs. */
  isReady(): boolean;
  /** Takes no more jobs, and waits for those it has begun. */
  close(): Promise<void>;
}

/**
 * Delivers ids of work at least once and owns no truth: whoever asked for the work keeps it in a row,
 * hands it over again when the broker forgot it, and claims it before anything is done.
 */
export interface Broker {
  readonly kind: "redis" | "postgres";
  /** Hands jobs over. Throws when the broker does not answer within a few seconds. */
  add(queue: string, offers: readonly Offer[]): Promise<void>;
  /** Has `data` delivered every so often, once for all processes; 0 ends that. Safe to repeat. */
  schedule(queue: string, name: string, everyMs: number, data: unknown): Promise<void>;
  /** Delivers jobs to `handle`, at most `concurrency` at a time; those of a dead consumer again. */
  consume(
    queue: string,
    options: { concurrency: number; lockMs: number },
    handle: (delivery: Delivery) => Promise<Next>,
  ): Consumer;
  /** Throws when the broker does not answer. */
  ping(): Promise<void>;
  /** Close consumers first. */
  close(): Promise<void>;
}

/** A broker of several sidecars; whoever comes first sets up its store. */
export interface SharedBroker extends Broker {
  /** Makes sure that the store can be used. Throws when it does not answer; safe to repeat. */
  prepare(): Promise<void>;
}
