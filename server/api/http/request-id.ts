import { newId } from "@/server/platform";

const SANE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,100}$/;

/** The caller's X-Request-Id when it is harmless in logs and headers, else a new one. */
export function requestIdOf(given: string | null): string {
  return given !== null && SANE_REQUEST_ID.test(given) ? given : newId("req");
}
