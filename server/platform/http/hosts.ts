import { isIPv6 } from "node:net";

/** The settings that say by which names we are reached. */
interface HostSettings {
  PORT: number;
  PUBLIC_URL?: string | undefined;
  ALLOWED_HOSTS: readonly string[];
}

/** `name`, `name:port`, an IPv4 address or an IPv6 one in brackets. Never a user name or a path. */
const HOST = /^(?<name>\[[\da-f:.]+\]|[\w-]+(?:\.[\w-]+)*)(?::(?<port>\d{1,5}))?$/;

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

function parseHost(text: string): { name: string; port: string | null } | null {
  const { name, port } = HOST.exec(text.toLowerCase())?.groups ?? {};
  if (name === undefined) return null;
  if (name.startsWith("[") && !isIPv6(name.slice(1, -1))) return null;
  return { name, port: port ?? null };
}

/** True for what ALLOWED_HOSTS may list. */
export const isHost = (text: string): boolean => parseHost(text) !== null;

/** True when a Host header names this machine, as only somebody on it can reach us. */
export function isLoopbackHost({ PORT }: HostSettings, host: string | null): boolean {
  const parsed = host === null ? null : parseHost(host);
  if (parsed === null || !LOOPBACK_NAMES.includes(parsed.name)) return false;
  return (parsed.port ?? "80") === String(PORT);
}

function isPublicHost({ PUBLIC_URL }: HostSettings, host: string): boolean {
  if (PUBLIC_URL === undefined) return false;
  const url = new URL(PUBLIC_URL);
  const ports = { "http:": "80", "https:": "443" }[url.protocol] ?? "";
  return host === url.host || (url.port === "" && host === `${url.hostname}:${ports}`);
}

function isListed(allowed: readonly string[], host: string): boolean {
  const parsed = parseHost(host);
  return parsed !== null && (allowed.includes(host) || allowed.includes(parsed.name));
}

/**
 * True when a request with this Host header is meant for us: this machine's own names with our port,
 * PUBLIC_URL's host, or one of ALLOWED_HOSTS (without a port there: with any). Another name is a
 * page that had its own name resolved to our address, and must learn nothing.
 */
export function isAllowedHost(settings: HostSettings, host: string | null): boolean {
  if (host === null) return false;
  const name = host.toLowerCase();
  return (
    isLoopbackHost(settings, name) ||
    isPublicHost(settings, name) ||
    isListed(settings.ALLOWED_HOSTS, name)
  );
}

/**
 * The origin a browser shows for pages of ours that were asked for by this Host. PUBLIC_URL settles
 * the scheme of its own host; for others it is `http`, or what a trusted proxy said.
 */
export function ownOrigin(settings: HostSettings, request: Pick<Request, "headers" | "url">) {
  const host = (request.headers.get("host") ?? new URL(request.url).host).toLowerCase();
  if (settings.PUBLIC_URL !== undefined && isPublicHost(settings, host)) {
    return new URL(settings.PUBLIC_URL).origin;
  }
  // The web server deletes this header unless a trusted proxy set it.
  const scheme = request.headers.get("x-forwarded-proto") === "https" ? "https" : "http";
  return URL.canParse(`${scheme}://${host}`) ? new URL(`${scheme}://${host}`).origin : null;
}
