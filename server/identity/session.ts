import type { Actor } from "@/server/contracts";
import type { ServiceContext, Settings } from "@/server/platform";
import { deriveKey } from "./sealing";
import { findSessionUser } from "./sessions";

/** Secure cookies exactly when people reach us by https. */
export const hasSecureCookies = ({ PUBLIC_URL }: Settings) =>
  PUBLIC_URL?.startsWith("https://") ?? false;

/** What next-auth seals its cookies with: derived from SESSION_SECRET, for this use alone. */
export const sessionCookieSecret = (settings: Settings) =>
  deriveKey(settings, "session-cookie").toString("base64");

const sessionCookieName = (settings: Settings) =>
  `${hasSecureCookies(settings) ? "__Secure-" : ""}next-auth.session-token`;

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

/** What the cookie of a session names. */
interface SessionName {
  sessionId: string;
  userId: string;
}

/** Session and user that a decoded cookie names; null for one that does not (of an earlier version). */
export function sessionNameOf(claims: { sub?: unknown; sid?: unknown } | null): SessionName | null {
  const { sub: userId, sid: sessionId } = claims ?? {};
  if (typeof userId !== "string" || typeof sessionId !== "string") return null;
  return { sessionId, userId };
}

/** What the next-auth session in a Cookie header names; null for none, a broken or expired one. */
async function readSessionName(
  settings: Settings,
  cookieHeader: string,
): Promise<SessionName | null> {
  const token = joinedCookie(parseCookies(cookieHeader), sessionCookieName(settings));
  if (token === null) return null;
  const secret = sessionCookieSecret(settings);
  // Loaded only when a person comes: machine callers and other processes never need it.
  const { decode } = await import("next-auth/jwt");
  try {
    return sessionNameOf(await decode({ token, secret }));
  } catch {
    // A cookie of another secret or an expired one is simply no session: sign in again.
    return null;
  }
}

/**
 * The signed-in person of a request, with the roles held now; null when its cookie is no session,
 * that has ended, or the user was deactivated.
 */
export async function findSessionActor({
  ctx,
  input: { headers },
}: {
  ctx: Pick<ServiceContext, "db" | "settings">;
  input: { headers: Headers };
}): Promise<Actor | null> {
  const cookie = headers.get("cookie");
  if (cookie === null) return null;
  const name = await readSessionName(ctx.settings, cookie);
  return name === null ? null : findSessionUser(ctx.db, name);
}
