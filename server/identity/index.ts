export {
  createApiKey,
  listApiKeys,
  listKeyScopes,
  revokeApiKey,
  toApiKeyView,
} from "./api-keys";
export { authenticate } from "./authenticate";
export { parseInput } from "./context";
export { keyIdOf, verifyDetached, verifyDetachedAside } from "./detached-jws";
export { withEndorsed } from "./endorsements";
export { startFirstAdmin } from "./first-admin";
export { invitePerson, listInvitations, withdrawInvitation } from "./invitations";
export { type IssuedToken, listTokens, revokeToken } from "./issued-tokens";
export { describeKeyExchange } from "./key-exchange";
export { authOptions } from "./next-auth";
export { describeProvider } from "./oidc-provider";
export { linkAddress } from "./one-time-links";
export { startPasswordReset } from "./password-resets";
export { listPeople, revokeSessions } from "./people";
export {
  API_KEY_PERMISSIONS,
  actorKey,
  assertCan,
  isAllowed,
  PERSON_ROLES,
  ROLE_PERMISSIONS,
} from "./permissions";
export {
  listProductCredentials,
  type ProductCredential,
  trustProduct,
  untrustProduct,
} from "./product-credentials";
export { assertSameOrigin, assertSessionWrite } from "./same-origin";
export { findSessionActor } from "./session";
export { endSession, pruneSessions } from "./sessions";
export { signDetached } from "./sign-text";
export {
  getJwks,
  listEndorsements,
  listSigningKeys,
  rotateSigningKey,
  type SigningKey,
} from "./signing-keys";
export {
  issueProductToken,
  issueServiceToken,
  issueUserToken,
  signAgentToken,
  signConnectorToken,
} from "./tokens";
export { describeLink, useLink } from "./use-link";
export {
  activateUser,
  createUser,
  deactivateUser,
  listUsers,
  setUserRoles,
  type User,
} from "./users";
export { openWebhookSecret, sealWebhookSecret } from "./webhook-secrets";
