import { z } from "zod";
import type { users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { PERSON_ROLES } from "./permissions";

export const EmailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email("must be an e-mail address").max(254));

export const PersonRoles = z.array(z.enum(PERSON_ROLES)).transform((roles) => [...new Set(roles)]);

type UserRow = typeof users.$inferSelect;

/** A user as others may see it: no password hash. */
export type User = Omit<UserRow, "passwordHash">;

export function withoutSecret(row: UserRow): User {
  const { passwordHash: _, ...user } = row;
  return user;
}

export function actorOfUser(user: User): Actor {
  return { kind: "user", id: user.id, label: user.email, roles: user.roles };
}
