import { connect, type Socket } from "node:net";
import type { z } from "zod";
import {
  ERROR_CODES,
  type ErrorCode,
  InferAnswer,
  InferenceModel,
  InferenceReply,
  InferenceStatus,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import { checkAnswer } from "../decode/plan";
import { withDeadline } from "../request-metrics";
import { readLines, socketPath, writeLine } from "../socket";
import { type InferenceClient, parseRequest } from "./inference-client";

const STATUS_MS_MAX = 5000;
/** Checksum and load of a model of many gigabytes. */
const SWAP_MS_MAX = 600_000;

/** The client of the worker that serves a data folder. */
export function createWorkerClient(dataDir: string): InferenceClient {
  const connection = new Connection(socketPath(dataDir));
  return {
    async infer(input, signal) {
      const request = parseRequest(input);
      // The worker keeps the same deadline; this one also holds when it hangs.
      const never = new AbortController().signal;
      const value = await withDeadline(request.deadlineMs, signal ?? never, (bounded) =>
        connection.call({ verb: "infer", request }, bounded),
      );
      const answer = read(InferAnswer, value);
      if (checkAnswer(request.schema, answer.answer) === null) throw unreadable();
      return answer;
    },
    async status() {
      const signal = AbortSignal.timeout(STATUS_MS_MAX);
      const value = await connection.call({ verb: "status" }, signal).catch(asUnavailable);
      return { ...read(InferenceStatus, value), restartsSeen: connection.restartsSeen };
    },
    async swap(model) {
      const signal = AbortSignal.timeout(SWAP_MS_MAX);
      const value = await connection.call({ verb: "swap", model }, signal).catch(asUnavailable);
      return read(InferenceModel, value);
    },
    close: () => connection.close(),
  };
}

function unreadable(cause?: unknown): AppError {
  return new AppError("unavailable", "The inference worker's answer cannot be read.", { cause });
}

/** A worker that does not even tell its status within the time is as good as none. */
function asUnavailable(error: unknown): never {
  if (error instanceof AppError) throw error;
  throw new AppError("unavailable", "The inference worker does not answer.", { cause: error });
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw unreadable(parsed.error);
  return parsed.data;
}

const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 2000;

interface Pending {
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError("unavailable", message, { cause, details: { retry_after_seconds: 1 } });
}

const isErrorCode = (code: string): code is ErrorCode =>
  (ERROR_CODES as readonly string[]).includes(code);

/**
 * A connection to the worker, made when it is first needed and again after it broke: at most one
 * attempt within a growing pause, calls between are refused at once. When it breaks, every open
 * call is rejected with `unavailable`.
 */
class Connection {
  readonly #path: string;
  readonly #pending = new Map<number, Pending>();
  #socket: Promise<Socket> | undefined;
  #nextId = 0;
  #failures = 0;
  #waitUntil = 0;
  #instance: string | undefined;
  #restartsSeen = 0;
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** How often another worker answered than the last time. */
  get restartsSeen(): number {
    return this.#restartsSeen;
  }

  /** Sends a call; resolves with its value. Rejects with the worker's AppError or `unavailable`. */
  async call(call: Record<string, unknown>, signal: AbortSignal | undefined): Promise<unknown> {
    signal?.throwIfAborted();
    const socket = await this.#open();
    signal?.throwIfAborted();
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      if (!writeLine(socket, { ...call, id })) reject(unavailable("The inference worker is gone."));
    });
    // A process may end while the connection is idle, not while an answer is awaited.
    socket.ref();
    const aborted = onAbort(signal, () => writeLine(socket, { id, verb: "cancel" }));
    try {
      return await Promise.race([answer, aborted.promise]);
    } finally {
      aborted.release();
      answer.catch(() => {});
      this.#pending.delete(id);
      if (this.#pending.size === 0) socket.unref();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const socket = await this.#socket?.catch(() => undefined);
    socket?.destroy();
    this.#rejectAll("The client was closed.");
  }

  #open(): Promise<Socket> {
    if (this.#isClosed) return Promise.reject(unavailable("The client was closed."));
    if (this.#socket !== undefined) return this.#socket;
    if (performance.now() < this.#waitUntil) {
      return Promise.reject(unavailable("The inference worker does not run."));
    }
    const opening = new Promise<Socket>((resolve, reject) => {
      const socket = connect(this.#path);
      socket.once("connect", () => resolve(socket));
      socket.on("error", (cause) =>
        reject(unavailable("The inference worker does not run.", cause)),
      );
      socket.once("close", () => this.#lost());
      readLines(socket, (value) => this.#receive(socket, value));
    });
    this.#socket = opening;
    return opening;
  }

  #lost(): void {
    this.#socket = undefined;
    this.#failures += 1;
    const pause = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(this.#failures - 1, 10));
    // Not all clients at the same moment.
    this.#waitUntil = performance.now() + pause * (0.5 + Math.random() / 2);
    this.#rejectAll("The inference worker is gone.");
  }

  #rejectAll(message: string): void {
    for (const { reject } of this.#pending.values()) reject(unavailable(message));
    this.#pending.clear();
  }

  #receive(socket: Socket, value: unknown): void {
    const { data } = InferenceReply.safeParse(value);
    if (data === undefined) {
      socket.destroy();
    } else if ("hello" in data) {
      this.#failures = 0;
      if (this.#instance !== undefined && this.#instance !== data.hello) this.#restartsSeen += 1;
      this.#instance = data.hello;
    } else if ("error" in data) {
      const { code, message, details } = data.error;
      const options = details === undefined ? {} : { details };
      const known = isErrorCode(code) ? code : "internal";
      this.#pending.get(data.id)?.reject(new AppError(known, message, options));
    } else {
      this.#pending.get(data.id)?.resolve(data.value);
    }
  }
}

/** A promise that rejects with the signal's reason when it aborts, after `act`. */
function onAbort(signal: AbortSignal | undefined, act: () => void) {
  let release = () => {};
  const promise = new Promise<never>((_, reject) => {
    if (signal === undefined) return;
    const abort = () => {
      act();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    release = () => signal.removeEventListener("abort", abort);
  });
  return { promise, release: () => release() };
}
