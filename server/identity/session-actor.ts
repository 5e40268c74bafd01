import type { Actor } from "@/server/contracts";
import { webRoot } from "@/server/platform";
import { loadActiveUser } from "./load-user";
import { readSessionUserId } from "./session-cookie";
import { actorOfUser } from "./user";

/**
 * The signed-in person of the request being rendered, with the roles held now; null when nobody
 * is signed in or the user was deactivated. For server components and route handlers of Next.
 */
export async function getSessionActor(): Promise<Actor | null> {
  const { headers } = await import("next/headers");
  const userId = await readSessionUserId((await headers()).get("cookie"));
  if (userId === null) return null;
  const user = await loadActiveUser(webRoot().db, userId);
  return user === null ? null : actorOfUser(user);
}
