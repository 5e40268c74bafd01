import { env } from "@/server/platform";

/** Hours a sign-in lasts without use; roles are read anew on every request anyway. */
export const SESSION_HOURS_MAX = 12;

/** Secure cookies exactly when people reach us by https. */
export const hasSecureCookies = () => env().PUBLIC_URL?.startsWith("https://") ?? false;

function sessionCookieName(): string {
  return `${hasSecureCookies() ? "__Secure-" : ""}next-auth.session-token`;
}

function parseCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at > 0) cookies.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return cookies;
}

/** next-auth splits a long cookie into `name.0`, `name.1`, … */
function joinedCookie(cookies: Map<string, string>, name: string): string | null {
  const whole = cookies.get(name);
  if (whole !== undefined) return whole;
  let text = "";
  for (let part = 0; ; part += 1) {
    const chunk = cookies.get(`${name}.${part}`);
    if (chunk === undefined) return text === "" ? null : text;
    text += chunk;
  }
}

/** User id of the next-auth session in a Cookie header; null for none, a broken or expired one. */
export async function readSessionUserId(cookieHeader: string | null): Promise<string | null> {
  if (cookieHeader === null) return null;
  const token = joinedCookie(parseCookies(cookieHeader), sessionCookieName());
  if (token === null) return null;
  // Loaded only when a person comes: machine callers and other processes never need it.
  const { decode } = await import("next-auth/jwt");
  try {
    const claims = await decode({ token, secret: env().AUTH_SECRET });
    return claims?.sub ?? null;
  } catch {
    // A cookie of another secret or an expired one is simply no session: sign in again.
    return null;
  }
}
