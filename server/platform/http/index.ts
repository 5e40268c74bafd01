export {
  clientAddress,
  isTrustedProxy,
  networkOf,
  parseTrustedProxies,
} from "./client-address";
export { isAllowedHost, isLoopbackHost, ownOrigin } from "./hosts";
export { isJsonType } from "./media-type";
export { readBounded } from "./read-bounded";
