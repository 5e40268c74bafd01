import { z } from "zod";
import { AppError } from "@/server/platform";

export interface ConnectorOptions {
  baseUrl: string;
  productId: string;
  getToken: () => Promise<string>;
}

export interface CallOptions {
  /** Sent as JSON by POST; without it the call is a GET. */
  body?: unknown;
  msMax: number;
  signal?: AbortSignal | undefined;
}

const Problem = z.object({ code: z.string().optional(), detail: z.string().optional() });

/**
 * One call. `read` gets a good answer and the signal that bounds the whole call, reading included.
 * Throws as the port says: `product_unreachable` (no connection, time-out, 5xx), `schema_changed`,
 * `product_refused` (other 4xx, and a query past its `timeout_ms`; `details.status` and `details.code` say which). A call given up by
 * the caller's own signal throws that signal's reason.
 */
export async function callConnector<T>(
  options: ConnectorOptions,
  path: string,
  call: CallOptions,
  read: (response: Response, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(call.msMax);
  const signal = call.signal ? AbortSignal.any([timeout, call.signal]) : timeout;
  try {
    const response = await fetch(new URL(path, options.baseUrl), {
      method: call.body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${await options.getToken()}`,
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      redirect: "error",
      signal,
    });
    if (!response.ok) throw await toError(response);
    return await read(response, signal);
  } catch (error) {
    if (error instanceof AppError) throw error;
    call.signal?.throwIfAborted();
    throw new AppError("product_unreachable", "The data product cannot be reached.", {
      cause: error,
      details: { is_timeout: timeout.aborted },
    });
  }
}

async function toError(response: Response): Promise<AppError> {
  const parsed = Problem.safeParse(await response.json().catch(() => null));
  const problem = parsed.success ? parsed.data : {};
  const details = { status: response.status, code: problem.code ?? null };
  const said = (problem.detail ?? `status ${response.status}`).slice(0, 500);
  // The product is well: this query takes too long, and would again.
  const isSlowQuery = problem.code === "timeout";
  if (response.status >= 500 && !isSlowQuery) {
    return new AppError("product_unreachable", `The data product failed: ${said}`, { details });
  }
  if (response.status === 409 && problem.code === "schema_changed") {
    return new AppError("schema_changed", said, { details });
  }
  return new AppError("product_refused", `The data product refused: ${said}`, { details });
}
