import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { AppError } from "@/server/platform";
import { publicLookup } from "./addresses";

const ANSWER_MS_MAX = 15_000;

interface Answer {
  status: number;
  retryAfter: string | null;
}

/**
 * Posts a body and reads nothing of the answer but its status. Redirects are not followed: they would lead past
 * the check of the address. Throws `unavailable`, `not_executable` (a private address), `timeout`.
 */
export function postOnce(
  url: URL,
  {
    body,
    headers,
    isPrivateAllowed,
    signal,
  }: {
    body: string;
    headers: Record<string, string>;
    isPrivateAllowed: boolean;
    signal: AbortSignal;
  },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const late = AbortSignal.timeout(ANSWER_MS_MAX);
    const request = send(url, {
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      signal: AbortSignal.any([signal, late]),
      // A connection that was kept might be to an address that nobody checked.
      agent: false,
      ...(isPrivateAllowed ? {} : { lookup: publicLookup }),
    });
    request.on("error", (error) => {
      if (error instanceof AppError) return reject(error);
      const why = late.aborted
        ? "in time"
        : `(${(error as NodeJS.ErrnoException).code ?? "error"})`;
      return reject(new AppError("unavailable", `${url.host} did not answer ${why}.`));
    });
    request.on("response", (response) => {
      response.destroy();
      const retryAfter = response.headers["retry-after"] ?? null;
      resolve({ status: response.statusCode ?? 0, retryAfter });
    });
    request.end(body);
  });
}
