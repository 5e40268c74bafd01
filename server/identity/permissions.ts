import type { Actor, Permission, Role } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** What every role has but that of other agents: who reads a suggestion may say what it is worth. */
const BASIC = [
  "suggestion.read",
  "suggestion.feedback",
  "operation.read",
  "product.read",
  "model.read",
  "conversation.read",
  "policy.read",
] as const;

/** The one table of who may do what, for REST, tRPC, the CLI and every later transport. */
export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  viewer: BASIC,
  reviewer: [
    ...BASIC,
    "suggestion.analyze",
    "suggestion.decide",
    "suggestion.approve",
    "automation.stop",
    "conversation.start",
    "audit.read",
  ],
  operator: [
    ...BASIC,
    "suggestion.analyze",
    "suggestion.approve",
    "automation.stop",
    "operation.execute",
    "operation.revert",
    "conversation.start",
    "audit.read",
  ],
  admin: [
    ...BASIC,
    "suggestion.analyze",
    "suggestion.decide",
    "suggestion.approve",
    "automation.stop",
    "policy.manage",
    "operation.execute",
    "operation.revert",
    "audit.read",
    "job.manage",
    "conversation.start",
    "message.send",
    "message.manage",
    "notification.manage",
    "model.promote",
    "product.manage",
    "retention.manage",
    "key.manage",
    "user.manage",
  ],
  // It may have executed on itself what a person approved; deciding stays with people.
  "data-product": [...BASIC, "suggestion.analyze", "operation.execute", "conversation.start"],
  agent: ["suggestion.read", "product.read", "message.send"],
};

/**
 * What is left of that to a product that is registered here but that this installation does not serve:
 * estimates from what it sends, and nothing about the product that is served.
 */
export const VISITING_PRODUCT_PERMISSIONS: readonly Permission[] = [
  "suggestion.read",
  "suggestion.feedback",
  "suggestion.analyze",
];

/** All an API key can ever be scoped to: no decision, no key and no user management. */
export const API_KEY_PERMISSIONS: readonly Permission[] = [
  ...BASIC,
  "suggestion.analyze",
  "operation.execute",
  "operation.revert",
  "audit.read",
  "conversation.start",
  "message.send",
  "automation.stop",
];

/** Only people hold these, whatever roles or scopes a machine identity carries. */
const PEOPLE_ONLY: readonly Permission[] = ["suggestion.decide", "suggestion.approve"];

/** Roles that can be given to a person; the others belong to machine identities. */
export const PERSON_ROLES = ["viewer", "reviewer", "operator", "admin"] as const;

function grantedBeforeNarrowing(actor: Actor): readonly Permission[] {
  switch (actor.kind) {
    case "api-key":
      return API_KEY_PERMISSIONS.filter((permission) => actor.scopes?.includes(permission));
    case "system":
      return ROLE_PERMISSIONS.admin;
    default:
      return actor.roles.flatMap((role) => ROLE_PERMISSIONS[role]);
  }
}

/** Names an actor over all kinds of identity: the same person, key, product or agent each time. */
export const actorKey = ({ kind, id }: Pick<Actor, "kind" | "id">): string => `${kind}:${id}`;

/** Everything this actor may do: roles (or an API key's scopes), narrowed, minus people's rights. */
export function permissionsOf(actor: Actor): Permission[] {
  const granted = new Set(grantedBeforeNarrowing(actor));
  return [...granted].filter(
    (permission) =>
      (actor.kind === "user" || !PEOPLE_ONLY.includes(permission)) &&
      (actor.scopes === undefined || actor.scopes.includes(permission)),
  );
}

export const isAllowed = (actor: Actor, permission: Permission): boolean =>
  permissionsOf(actor).includes(permission);

/** Throws `forbidden` unless the actor holds the permission. */
export function assertCan(actor: Actor, permission: Permission): void {
  if (isAllowed(actor, permission)) return;
  const why =
    PEOPLE_ONLY.includes(permission) && actor.kind !== "user"
      ? "Only a signed-in person may do this; machine identities never decide."
      : `This identity does not hold the permission ${permission}.`;
  throw new AppError("forbidden", why, { details: { permission } });
}
