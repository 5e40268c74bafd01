import { newId } from "@/server/platform";

const SANE = /^[A-Za-z0-9._:-]{1,100}$/;

/** The caller's X-Request-Id when it is harmless in logs and headers, else a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && SANE.test(given) ? given : newId("req");
}
