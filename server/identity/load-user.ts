import { and, eq } from "drizzle-orm";
import { users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { AppError, type Database } from "@/server/platform";
import { actorOfUser, type User, withoutSecret } from "./user";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The active user of this id, with the roles held now; null when there is none. */
export async function loadActiveUser(db: Database, id: string): Promise<User | null> {
  if (!UUID.test(id)) return null;
  const [row] = await db
    .select()
    .from(users)
    .where(and(eq(users.id, id), eq(users.isActive, true)));
  return row === undefined ? null : withoutSecret(row);
}

/** The actor of an active user. Throws `unauthenticated` for an unknown or deactivated one. */
export async function loadUserActor(db: Database, id: string): Promise<Actor> {
  const user = await loadActiveUser(db, id);
  if (user === null) throw new AppError("unauthenticated", "This user is not active.");
  return actorOfUser(user);
}
