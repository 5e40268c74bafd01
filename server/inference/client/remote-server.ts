import type { z } from "zod";
import { AppError } from "@/server/platform";

export interface RemoteOptions {
  /** `https://host:port`, with or without `/v1`. */
  url: string;
  apiKey: string | undefined;
  /** undefined: the first model the server names. */
  model: string | undefined;
}

const MESSAGE_MAX = 200;

function unavailable(message: string, retryAfter: number, cause?: unknown): AppError {
  return new AppError("unavailable", message, {
    cause,
    details: { retry_after_seconds: retryAfter },
  });
}

/** The server's refusal: of the request itself, or for now. */
async function refusal(response: Response): Promise<AppError> {
  const text = (await response.text().catch(() => "")).slice(0, MESSAGE_MAX);
  const what = `The inference server answered ${response.status}`;
  if ([400, 413, 422].includes(response.status)) {
    return new AppError("invalid_input", `${what}: ${text}`);
  }
  const told = Number(response.headers.get("retry-after"));
  // The text may tell of its set-up, which is no caller's business; it stays in the cause.
  return unavailable(`${what}.`, told > 0 ? told : 5, new Error(text));
}

/** One call of an OpenAI-compatible server. Throws `unavailable`, `invalid_input`, or the signal's reason. */
export async function callRemote<Schema extends z.ZodType>(
  { url, apiKey }: RemoteOptions,
  call: { path: string; body?: unknown; answer: Schema; signal: AbortSignal },
): Promise<z.output<Schema>> {
  const base = url.replace(/\/+$/, "").replace(/\/v1$/, "");
  const { body, signal } = call;
  let response: Response;
  let json: unknown;
  try {
    response = await fetch(`${base}/v1/${call.path}`, {
      headers: {
        "content-type": "application/json",
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      signal,
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    if (!response.ok) throw await refusal(response);
    json = await response.json();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    signal.throwIfAborted();
    throw unavailable("The inference server cannot be reached.", 5, cause);
  }
  const parsed = call.answer.safeParse(json);
  if (!parsed.success) {
    throw unavailable("The inference server's answer cannot be read.", 5, parsed.error);
  }
  return parsed.data;
}
