import type { users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** A person as who acts, with the roles held now. */
export function actorOf({
  id,
  email,
  roles,
}: Pick<typeof users.$inferSelect, "id" | "email" | "roles">): Actor {
  return { kind: "user", id, label: email, roles };
}

/** Throws `forbidden` unless a person asks: only people are told. The shell of the machine may look as well. */
export function assertPerson({ kind }: Actor): void {
  if (kind === "user" || kind === "system") return;
  throw new AppError("forbidden", "Only a signed-in person has notifications.");
}
