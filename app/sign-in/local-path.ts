const OWN = "http://local.invalid";

/**
 * The path to go to after sign-in. Anything that would leave this site becomes the inbox. What is
 * answered is what the URL parser made of it, and read once more: dot segments that vanish can
 * leave two slashes in front (`/.//host`), which a browser takes for a host.
 */
export function toLocalPath(next: string | string[] | undefined): string {
  if (typeof next !== "string" || !next.startsWith("/") || !URL.canParse(next, OWN)) return "/";
  const { origin, pathname, search } = new URL(next, OWN);
  const path = `${pathname}${search}`;
  const isOwn = origin === OWN && URL.canParse(path, OWN) && new URL(path, OWN).origin === OWN;
  return isOwn ? path : "/";
}
