import { BlockList, isIP } from "node:net";

/** Whose X-Forwarded-* headers are believed: so many proxies before us, or proxies of these networks. */
export type TrustedProxies =
  | { kind: "none" }
  | { kind: "hops"; hops: number }
  | { kind: "networks"; networks: BlockList };

const HOPS = /^\d{1,2}$/;

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

function addNetwork(networks: BlockList, text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (bits === undefined) networks.addAddress(address, familyOf(address));
  else if (!/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return false;
  else networks.addSubnet(address, Number(bits), familyOf(address));
  return true;
}

/** `1`, or addresses and networks separated by commas; null when it is neither. */
export function parseTrustedProxies(text: string): TrustedProxies | null {
  if (HOPS.test(text)) {
    const hops = Number(text);
    return hops === 0 ? { kind: "none" } : { kind: "hops", hops };
  }
  const networks = new BlockList();
  const areAll = text.split(",").every((part) => addNetwork(networks, part.trim()));
  return areAll ? { kind: "networks", networks } : null;
}

/** An address as proxies write it (a port behind it, brackets, IPv4 within IPv6); null for none. */
function parseAddress(text: string): string | null {
  const bare = text.trim().replace(/^\[(.*)\](:\d+)?$/, "$1");
  const address = /^\d+(\.\d+){3}:\d+$/.test(bare) ? bare.replace(/:\d+$/, "") : bare;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(plain) === 0 ? null : plain.toLowerCase();
}

/** True when the other end of the connection is a proxy whose headers are believed. */
export function isTrustedProxy(proxies: TrustedProxies, remoteAddress: string): boolean {
  if (proxies.kind === "none") return false;
  if (proxies.kind === "hops") return true;
  const address = parseAddress(remoteAddress);
  return address !== null && proxies.networks.check(address, familyOf(address));
}

/**
 * What one subscriber is counted by: an IPv4 address, the first 64 bits of an IPv6 one (whoever has one
 * has all of those), or the text itself where it is no address.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.replace(/%.*$/, "").toLowerCase().split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  const first = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${first.join(":")}::/64`;
}

/**
 * The address a request came from. X-Forwarded-For counts only as far as trusted proxies wrote it:
 * what stands left of that, anybody may have sent.
 */
export function clientAddress(
  proxies: TrustedProxies,
  { remoteAddress, forwardedFor }: { remoteAddress: string; forwardedFor: string | null },
): string {
  let client = parseAddress(remoteAddress) ?? remoteAddress;
  const hopsMax = proxies.kind === "hops" ? proxies.hops : Number.POSITIVE_INFINITY;
  const written = (forwardedFor ?? "").split(",").reverse();
  for (const [hop, text] of written.entries()) {
    if (hop >= hopsMax || !isTrustedProxy(proxies, client)) return client;
    const before = parseAddress(text);
    if (before === null) return client;
    client = before;
  }
  return client;
}
