const BASE = "http://local.invalid";

/** The path to go to after sign-in. Anything that would leave this site becomes the inbox. */
export function toLocalPath(next: string | string[] | undefined): string {
  if (typeof next !== "string" || !next.startsWith("/")) return "/";
  const url = URL.canParse(next, BASE) ? new URL(next, BASE) : null;
  return url !== null && url.origin === BASE ? `${url.pathname}${url.search}` : "/";
}
