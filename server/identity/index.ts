export type { ApiKey } from "./api-key";
export { authenticate } from "./authenticate";
export type { IdentityContext } from "./context";
export { createApiKey } from "./create-api-key";
export { createUser } from "./create-user";
export { deactivateUser } from "./deactivate-user";
export { listApiKeys } from "./list-api-keys";
export { listUsers } from "./list-users";
export { authOptions } from "./next-auth";
export {
  API_KEY_PERMISSIONS,
  assertCan,
  PERSON_ROLES,
  permissionsOf,
  ROLE_PERMISSIONS,
} from "./permissions";
export { revokeApiKey } from "./revoke-api-key";
export { getSessionActor } from "./session-actor";
export { setUserRoles } from "./set-user-roles";
export { issueToken, type TokenIdentity, TokenKind, verifyServiceToken } from "./tokens";
export type { User } from "./user";
export { verifyPassword } from "./verify-password";
