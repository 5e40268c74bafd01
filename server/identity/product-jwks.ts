import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import { AppError, Lru } from "@/server/platform";
import { readBounded } from "@/server/platform/http";

const FETCH_TIMEOUT_MS = 3000;
const BYTES_MAX = 65_536;
/** Keys are fetched anew after this long, so that one the product withdrew stops counting. */
const CACHE_MAX_AGE_MS = 600_000;
/** An unknown key id makes us ask again, but not more often than this, however many such come. */
const COOLDOWN_MS = 30_000;
/** Nor is a product asked again at once whose keys could not be had. */
const FAILURE_COOLDOWN_MS = 5000;
const PRODUCTS_MAX = 200;

const isLoopback = (hostname: string) =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);

/** True for an address keys may be fetched from: https, or this machine. */
export function isJwksAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

function createKeySet(url: string): JWTVerifyGetKey {
  let failedAtMs = Number.NEGATIVE_INFINITY;
  const fetchKeys = async (address: string, options: RequestInit): Promise<Response> => {
    if (performance.now() - failedAtMs < FAILURE_COOLDOWN_MS) throw new Error("failed just now");
    try {
      const response = await fetch(address, options);
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      return Response.json(JSON.parse(await readBounded(response, BYTES_MAX)));
    } catch (error) {
      failedAtMs = performance.now();
      throw error;
    }
  };
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: CACHE_MAX_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
    [customFetch]: async (address, options) => {
      try {
        return await fetchKeys(address, options);
      } catch (cause) {
        throw new AppError("unavailable", "The data product's public keys cannot be fetched now.", {
          cause,
        });
      }
    },
  });
  return keys;
}

const keySets = new Lru<JWTVerifyGetKey>(PRODUCTS_MAX);

/**
 * The public keys published at an address, fetched when first needed and kept for ten minutes.
 * Looking up a key throws `unavailable` when they cannot be had (3 s, 64 kB, no redirects).
 */
export function productKeySet(url: string): JWTVerifyGetKey {
  const known = keySets.get(url);
  if (known !== undefined) return known;
  const made = createKeySet(url);
  keySets.set(url, made);
  return made;
}
