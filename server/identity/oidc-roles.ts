import type { Role } from "@/server/contracts";
import type { Settings } from "@/server/platform";
import { PERSON_ROLES } from "./permissions";

/** The value of a claim; a dotted name leads into objects (`realm_access.roles`). */
function claimOf(claims: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split(".").reduce<unknown>((value, part) => {
    const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, part);
    return isObject ? (value as Record<string, unknown>)[part] : undefined;
  }, claims);
}

const namesIn = (value: unknown): string[] =>
  [value].flat().filter((each): each is string => typeof each === "string");

/**
 * The roles that the provider's claims give, by OIDC_ROLES_CLAIM and OIDC_ROLES; without the latter a
 * value counts that is the name of a role. null: roles are not taken from the provider.
 */
export function mappedRoles(
  { OIDC_ROLES_CLAIM, OIDC_ROLES }: Pick<Settings, "OIDC_ROLES_CLAIM" | "OIDC_ROLES">,
  claims: Record<string, unknown>,
): Role[] | null {
  if (OIDC_ROLES_CLAIM === undefined) return null;
  const held = namesIn(claimOf(claims, OIDC_ROLES_CLAIM));
  return PERSON_ROLES.filter((role) =>
    OIDC_ROLES.size === 0
      ? held.includes(role)
      : held.some((name) => OIDC_ROLES.get(name)?.includes(role)),
  );
}
