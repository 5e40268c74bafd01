import type { Socket } from "node:net";
import { z } from "zod";
import { InferenceCall } from "@/server/contracts";
import { AppError, toAppError } from "@/server/platform";
import { readLines, writeLine } from "../socket";
import type { InferenceService } from "./inference-service";

/** What is still asked of a worker over one connection. */
export interface Connection {
  /** Calls not yet answered. */
  open(): number;
  /** Ends every open call with `unavailable`, and the connection. */
  close(): void;
}

const WithId = z.object({ id: z.number().int().min(0) });

/** Answers the calls of one connection; when it breaks, its calls are given up. */
export function answerConnection(
  socket: Socket,
  service: InferenceService,
  isDraining: () => boolean,
): Connection {
  const calls = new Map<number, AbortController>();
  const fail = (id: number, error: unknown) => {
    const { code, message, details } = toAppError(error);
    writeLine(socket, { id, error: { code, message, details } });
  };

  async function perform(call: InferenceCall, signal: AbortSignal): Promise<unknown> {
    if (call.verb === "status") return service.status();
    if (isDraining()) throw stopping();
    if (call.verb === "infer") return service.infer(call.request, signal);
    if (call.verb === "swap") return service.swap(call.model);
    return null;
  }

  async function answer(call: InferenceCall): Promise<void> {
    const { id } = call;
    if (call.verb === "cancel") return calls.get(id)?.abort();
    const controller = new AbortController();
    calls.set(id, controller);
    try {
      writeLine(socket, { id, value: await perform(call, controller.signal) });
    } catch (error) {
      // Nobody waits for the answer to a call that was cancelled; a stop aborts with its reason.
      if (!controller.signal.aborted || error instanceof AppError) fail(id, error);
    } finally {
      calls.delete(id);
    }
  }

  const abortAll = (reason: unknown) => {
    for (const controller of calls.values()) controller.abort(reason);
  };
  readLines(socket, (value) => {
    const call = InferenceCall.safeParse(value);
    if (call.success) return void answer(call.data);
    const { data } = WithId.safeParse(value);
    if (data === undefined) socket.destroy();
    else fail(data.id, new AppError("invalid_input", z.prettifyError(call.error)));
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => abortAll(new Error("The connection is gone.")));
  writeLine(socket, { hello: service.instance });
  return {
    open: () => calls.size,
    close() {
      for (const id of calls.keys()) fail(id, stopping());
      socket.end();
      abortAll(new Error("The worker stops."));
    },
  };
}

function stopping(): AppError {
  return new AppError("unavailable", "The inference worker is stopping.", {
    details: { retry_after_seconds: 2 },
  });
}
