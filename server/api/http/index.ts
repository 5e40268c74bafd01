export { assertStorable } from "@/server/platform/json";
export { callerOf, countRequest, pruneRequestRates } from "./caller-limits";
export {
  answerNoRoute,
  methodNotAllowed,
  problemResponse,
  requestFaults,
  retryAfterSeconds,
} from "./problem";
export { bodyLimits, parseJson, readBody, readForm, readText } from "./request-body";
export { requestIdOf } from "./request-id";
export {
  API_SECURITY_HEADERS,
  isApiPath,
  PAGE_HEADER,
  pageSecurityHeaders,
} from "./security-headers";
