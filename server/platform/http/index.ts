export {
  clientAddress,
  isTrustedProxy,
  networkOf,
  parseTrustedProxies,
  type TrustedProxies,
} from "./client-address";
export { isAllowedHost, isHost, isLoopbackHost, ownOrigin } from "./hosts";
export { isJsonType } from "./media-type";
