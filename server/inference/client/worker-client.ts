import type { z } from "zod";
import { InferAnswer, InferenceModel, InferenceStatus } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { checkAnswer } from "../decode/check-answer";
import { socketPath } from "../wire/socket-path";
import { withDeadline } from "../worker/deadline";
import { Connection } from "./connection";
import { parseRequest } from "./parse-request";
import type { InferenceClient } from "./types";

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
