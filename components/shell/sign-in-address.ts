/**
 * Where somebody signs in who asked for this page (path and query), and is led back to it. Whether it is
 * a page of this site is checked where it is read: an address may be typed.
 */
export function signInAddress(asked: string | null): string {
  const [path = "/", query = ""] = (asked ?? "/").split(/\?(.*)/s, 2);
  // What Next.js adds where it asks for a page's data alone is no part of what a person asked for.
  const parts = query.split("&").filter((part) => part !== "" && !part.startsWith("_rsc="));
  const page = parts.length === 0 ? path : `${path}?${parts.join("&")}`;
  return page === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(page)}`;
}
