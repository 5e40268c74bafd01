/**
 * Headers of every answer that is data for one caller: never framed, sniffed or run as a page, and
 * no address of ours told to others.
 */
export const API_SECURITY_HEADERS = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** In which the front door tells a page its own address (path and query): Next.js does not. */
export const PAGE_HEADER = "x-page";

/** Paths below which data is served, not pages. */
const API_PATH = /^\/(agent|api|registry|openapi\.json|\.well-known)(\/|$)/;

export const isApiPath = (pathname: string): boolean => API_PATH.test(pathname);

/**
 * Headers of a page. Scripts run only with the nonce of this very answer (Next.js puts it into what it
 * renders); styles may stand inline, since charts place their parts by style attributes.
 */
export function pageSecurityHeaders(nonce: string): Record<string, string> {
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    // Not no-referrer: with that a browser hides the origin of a form it posts, even to us.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
}
