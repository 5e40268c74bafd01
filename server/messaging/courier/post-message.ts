import { z } from "zod";
import { MESSAGE_SIGNATURE_HEADER, Problem, type SignedMessage } from "@/server/contracts";
import { isPassing } from "./bundles";

/** What a recipient made of a posted message. */
export type PostOutcome =
  | { outcome: "delivered" }
  /** It will never take it. */
  | { outcome: "refused"; error: string }
  /** It did not answer, is busy, or does not know us yet. `isFault`: nobody was there to answer. */
  | { outcome: "failed"; error: string; isFault: boolean; retryAfterMs: number };

const POST_MS_MAX = 10_000;
/** Longest part of an answer that is read. */
const ANSWER_BYTES_MAX = 64 * 1024;
/** A longer wait that is asked for is not granted: the backoff grows by itself. */
const RETRY_AFTER_MS_MAX = 60_000;
/** Answers of 4xx that say nothing about the message. */
const PASSING_STATUS = new Set([408, 425, 429]);

/** What of an answer shows that this very message was stored. */
const Stored = z.object({ record_id: z.uuid() });

/** Posts a signed message to the REST interface at `url`. Never throws. */
export async function postMessage(
  { text, signature, recordId }: SignedMessage & { recordId: string },
  { url, signal }: { url: string; signal: AbortSignal },
): Promise<PostOutcome> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, "")}/agent/message`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(signature === null ? {} : { [MESSAGE_SIGNATURE_HEADER]: signature }),
      },
      body: text,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(POST_MS_MAX)]),
    });
    return await outcomeOf(response, await readStart(response), recordId);
  } catch (error) {
    const why = error instanceof Error ? explain(error) : String(error);
    return { outcome: "failed", error: why, isFault: true, retryAfterMs: 0 };
  }
}

const explain = (error: Error): string =>
  error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;

/** The answer's text, cut to what an answer of ours can have. */
async function readStart(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  while (reader !== undefined && bytes < ANSWER_BYTES_MAX) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.byteLength;
  }
  await reader?.cancel();
  return Buffer.concat(parts).subarray(0, ANSWER_BYTES_MAX).toString("utf8");
}

function outcomeOf(response: Response, text: string, recordId: string): PostOutcome {
  const { status } = response;
  if (status >= 200 && status < 300) {
    if (isReceipt(text, recordId)) return { outcome: "delivered" };
    const error = `It answered ${status} without a receipt of this message.`;
    return { outcome: "failed", error, isFault: true, retryAfterMs: 0 };
  }
  const { error, reason } = readProblem(status, text);
  if (status >= 400 && status < 500 && !PASSING_STATUS.has(status) && !isPassing(reason)) {
    return { outcome: "refused", error };
  }
  const seconds = Number(response.headers.get("retry-after") ?? 0);
  const retryAfterMs = Number.isFinite(seconds)
    ? Math.min(Math.max(0, seconds) * 1000, RETRY_AFTER_MS_MAX)
    : 0;
  // Who says to be busy, or not to know us, is there.
  const isFault = status >= 500 ? status !== 503 || retryAfterMs === 0 : status < 400;
  return { outcome: "failed", error, isFault, retryAfterMs };
}

function isReceipt(text: string, recordId: string): boolean {
  try {
    return Stored.safeParse(JSON.parse(text)).data?.record_id === recordId;
  } catch {
    return false;
  }
}

function readProblem(status: number, text: string): { error: string; reason: string } {
  try {
    const { code, detail, details } = Problem.parse(JSON.parse(text));
    const reason = typeof details?.reason === "string" ? details.reason : "";
    return { error: `${status} ${reason || code}: ${detail}`, reason };
  } catch {
    return { error: `It answered ${status}.`, reason: "" };
  }
}
