import { users } from "@/drizzle/schema";
import type { Actor, Role } from "@/server/contracts";
import type { Database } from "@/server/platform";

/** Stores a person who never signs in, and answers who they are. */
export async function storePerson(
  db: Database,
  name: string,
  roles: Role[],
): Promise<Actor & { email: string }> {
  const email = `${name}@example.org`;
  const [row] = await db
    .insert(users)
    .values({ email, name, passwordHash: "-", roles })
    .returning();
  if (row === undefined) throw new Error("The person was not stored.");
  return { kind: "user", id: row.id, label: email, roles, email };
}
