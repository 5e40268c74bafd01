import type { StreamAnswer } from "./define-route";
import type { TextAnswer } from "./idempotency";

/** An API answer is data for one caller: never cached, framed, sniffed or given a referrer. */
const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

export function textResponse(answer: TextAnswer, requestId: string): Response {
  return new Response(answer.text, {
    status: answer.status,
    headers: { ...SECURITY_HEADERS, ...answer.headers, "x-request-id": requestId },
  });
}

export function streamResponse(answer: StreamAnswer, requestId: string): Response {
  return new Response(answer.stream, {
    headers: {
      ...SECURITY_HEADERS,
      "content-type": answer.contentType,
      // Proxies must hand events on as they come.
      "x-accel-buffering": "no",
      "x-request-id": requestId,
    },
  });
}
