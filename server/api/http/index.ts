export { assertStorable } from "./assert-storable";
export { methodNotAllowed, problemResponse, requestFaults } from "./problem";
export { parseJson, readBody } from "./request-body";
export { requestIdOf } from "./request-id";
export { API_SECURITY_HEADERS, isApiPath, pageSecurityHeaders } from "./security-headers";
