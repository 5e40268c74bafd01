export { methodNotAllowed, problemResponse, requestFaults } from "./problem";
export { parseJson, readBody } from "./request-body";
export { API_SECURITY_HEADERS, isApiPath, pageSecurityHeaders } from "./security-headers";
