export { assertStorable } from "./assert-storable";
export { answerNoRoute, methodNotAllowed, problemResponse, requestFaults } from "./problem";
export { parseJson, readBody, readForm } from "./request-body";
export { requestIdOf } from "./request-id";
export {
  API_SECURITY_HEADERS,
  isApiPath,
  PAGE_HEADER,
  pageSecurityHeaders,
} from "./security-headers";
