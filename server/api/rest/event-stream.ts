import { type BusEvent, type ErrorCode, isFinal, type Suggestion } from "@/server/contracts";
import { getSuggestion } from "@/server/decisions";
import { AppError, type ServiceContext } from "@/server/platform";
import type { RestServices } from "./services";

/** What may change what this stream sends: the suggestion, or what its reader may do. */
const isAbout = (event: BusEvent, id: string) =>
  event.topic === "identity" ||
  (event.topic === "suggestion" && event.id === id) ||
  (event.topic === "operation" && event.suggestion_id === id);

/** Why a stream ends that its reader may no longer have. */
const GONE: ErrorCode[] = ["unauthenticated", "forbidden", "not_found"];

interface Follow {
  ctx: ServiceContext;
  suggestionId: string;
  /** Throws once the reader's credential or permission is gone. */
  recheck: () => Promise<void>;
  /** Aborted when the reader has gone. */
  signal: AbortSignal;
  limits: Pick<RestServices, "streamSecondsMax" | "heartbeatSeconds">;
}

interface EventStream {
  stream: ReadableStream<Uint8Array>;
  /** Settles when the stream has ended or its reader has gone. */
  closed: Promise<void>;
}

/** Writes one stream: the state when it differs from the last one sent, in order, one at a time. */
class Follower {
  private lastSent = "";
  private isSending = false;
  private isStale = false;
  private readonly encoder = new TextEncoder();
  private isOpen = true;
  private readonly endings: (() => unknown)[] = [];

  constructor(
    private readonly follow: Follow,
    private readonly controller: ReadableStreamDefaultController<Uint8Array>,
  ) {}

  onEnd(ending: () => unknown): void {
    if (this.isOpen) this.endings.push(ending);
    else ending();
  }

  end(reason: string | null): void {
    if (!this.isOpen) return;
    if (reason !== null) this.write(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.isOpen = false;
    for (const ending of this.endings) ending();
    // After a cancel the controller is closed already.
    if (reason !== null) this.controller.close();
  }

  comment(): void {
    this.write(": still here\n\n");
  }

  send(suggestion: Suggestion): void {
    const data = JSON.stringify(suggestion);
    if (data === this.lastSent) return;
    this.lastSent = data;
    this.write(`event: suggestion\ndata: ${data}\n\n`);
    if (isFinal("suggestion", suggestion.state)) this.end("final_state");
  }

  /** Loads and sends; changes that come meanwhile are one more round, not a queue. */
  async refresh(): Promise<void> {
    this.isStale = true;
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (this.isStale && this.isOpen) {
        this.isStale = false;
        await this.follow.recheck();
        this.send(await load(this.follow));
      }
    } catch (error) {
      if (error instanceof AppError && GONE.includes(error.code)) return this.end(error.code);
      this.follow.ctx.log.error({ err: error }, "event stream failed");
      this.end("error");
    } finally {
      this.isSending = false;
    }
  }

  private write(text: string): void {
    if (this.isOpen) this.controller.enqueue(this.encoder.encode(text));
  }
}

function load({ ctx, suggestionId }: Follow): Promise<Suggestion> {
  return getSuggestion({ ctx, input: { suggestion_id: suggestionId } });
}

async function start(follow: Follow, follower: Follower, first: Suggestion): Promise<void> {
  const { limits, signal, suggestionId, ctx } = follow;
  follower.send(first);
  const unsubscribe = await ctx.bus.subscribe((event) => {
    if (isAbout(event, suggestionId)) void follower.refresh();
  });
  follower.onEnd(() => {
    unsubscribe().catch((err) => ctx.log.warn({ err }, "unsubscribe failed"));
  });
  const heartbeat = setInterval(() => {
    follower.comment();
    // A lost bus event costs latency, never truth.
    void follower.refresh();
  }, limits.heartbeatSeconds * 1000);
  const limit = setTimeout(() => follower.end("time_limit"), limits.streamSecondsMax * 1000);
  follower.onEnd(() => clearInterval(heartbeat));
  follower.onEnd(() => clearTimeout(limit));
  signal.addEventListener("abort", () => follower.end("aborted"), { once: true });
  // What changed between the first read and the subscription.
  await follower.refresh();
}

/** Server-sent events of one suggestion. Throws what reading it throws, before any event. */
export async function followSuggestion(follow: Follow): Promise<EventStream> {
  const first = await load(follow);
  let follower: Follower | undefined;
  let settle = () => {};
  const closed = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      follower = new Follower(follow, controller);
      follower.onEnd(settle);
      // Not awaited: the first event must leave before the subscription stands.
      void start(follow, follower, first).catch(() => follower?.end("error"));
    },
    cancel() {
      follower?.end(null);
    },
  });
  return { stream, closed };
}
