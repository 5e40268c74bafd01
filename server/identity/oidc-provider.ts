import type { OAuthConfig } from "next-auth/providers/oauth";
import type { Settings } from "@/server/platform";
import { ProviderClaims } from "./oidc-sign-in";

/** Sign-in by the organization's identity provider, as pages name it; null: none is configured. */
export function describeProvider({
  OIDC_ISSUER,
  OIDC_NAME,
}: Pick<Settings, "OIDC_ISSUER" | "OIDC_NAME">): { name: string } | null {
  return OIDC_ISSUER === undefined ? null : { name: OIDC_NAME };
}

/** What next-auth keeps of a person between the provider's answer and our own check of it. */
export interface ProviderUser {
  id: string;
  email: string | null;
  name: string | null;
  claims: ProviderClaims;
}

/**
 * The configured OpenID Connect provider (authorization code with PKCE, state and nonce); null: none.
 * Claims of the ID token and of the userinfo endpoint together: providers differ in which holds what.
 */
export function identityProvider(settings: Settings): OAuthConfig<ProviderClaims> | null {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME, OIDC_SCOPE } = settings;
  if (OIDC_ISSUER === undefined) return null;
  return {
    id: "oidc",
    name: OIDC_NAME,
    type: "oauth",
    wellKnown: `${OIDC_ISSUER.replace(/\/$/, "")}/.well-known/openid-configuration`,
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    clientId: OIDC_CLIENT_ID ?? "",
    clientSecret: OIDC_CLIENT_SECRET ?? "",
    authorization: { params: { scope: OIDC_SCOPE } },
    userinfo: {
      async request({ client, tokens }) {
        // next-auth hands over what its client answered: a token set, whatever its type says.
        const answered = tokens as Exclude<Parameters<typeof client.userinfo>[0], string>;
        const own = answered.claims();
        if (client.issuer.metadata.userinfo_endpoint === undefined) return own;
        // Throws unless its subject is the one of the ID token.
        return { ...own, ...(await client.userinfo(answered)) };
      },
    },
    profile(given): ProviderUser {
      const claims = ProviderClaims.parse(given);
      return { id: claims.sub, email: claims.email ?? null, name: claims.name ?? null, claims };
    },
  };
}
