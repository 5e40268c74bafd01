import { type LookupAddress, lookup as resolve } from "node:dns";
import { BlockList, isIP, isIPv6, type LookupFunction } from "node:net";
import { AppError, type Settings } from "@/server/platform";

/** Everything that is not the public internet (RFC 6890 and what came after it). */
const SPECIAL_IPV4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"],
  ...["172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"],
  ...["198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
];
/** IPv4 inside of IPv6 (mapped, translated, tunnelled) too: none is needed to reach anybody. */
const SPECIAL_IPV6 = [
  ...["::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23"],
  ...["2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10"],
  ...["fec0::/10", "ff00::/8"],
];

/** One list a family: in one of both, an IPv4 address would be found among the mapped ones of IPv6. */
function blockList(family: "ipv4" | "ipv6", networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

const specialIpv4 = blockList("ipv4", SPECIAL_IPV4);
const specialIpv6 = blockList("ipv6", SPECIAL_IPV6);

/** Is it an address of the public internet? */
export function isPublicAddress(address: string): boolean {
  const bare = address.split("%", 1)[0] ?? "";
  if (isIPv6(bare)) return !specialIpv6.check(bare, "ipv6");
  return isIP(bare) !== 0 && !specialIpv4.check(bare, "ipv4");
}

type AddressSettings = Pick<Settings, "SIDECAR_MODE" | "WEBHOOK_PRIVATE_ADDRESSES">;

export function mayBePrivate({ SIDECAR_MODE, WEBHOOK_PRIVATE_ADDRESSES: chosen }: AddressSettings) {
  return (chosen ?? (SIDECAR_MODE === "demo" ? "allow" : "refuse")) === "allow";
}

function refusal(host: string): AppError {
  return new AppError(
    "not_executable",
    `${host} is no address of the public internet (setting WEBHOOK_PRIVATE_ADDRESSES).`,
  );
}

/**
 * Throws `invalid_input` or `not_executable` for an address that webhooks may not have: another scheme than https
 * (http too where private addresses are allowed), a password in it, or a private address.
 */
export function assertWebhookUrl(settings: AddressSettings, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const schemes = mayBePrivate(settings) ? ["https:", "http:"] : ["https:"];
  if (url === null || !schemes.includes(url.protocol)) {
    const wanted = schemes.map((scheme) => `${scheme}//`).join(" or ");
    throw new AppError("invalid_input", `A webhook's address must begin with ${wanted}.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new AppError("invalid_input", "A webhook's address must hold no user and no password.");
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !isPublicAddress(host) && !mayBePrivate(settings)) throw refusal(host);
  return url;
}

/**
 * Resolves a name for one connection, and refuses it when any of its addresses is private. The connection is made
 * to what was checked: a second look-up could answer differently.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, "", 0);
    const isPublic = addresses.every(({ address }) => isPublicAddress(address));
    const [first] = addresses;
    if (!isPublic || first === undefined) return callback(refusal(hostname), "", 0);
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
