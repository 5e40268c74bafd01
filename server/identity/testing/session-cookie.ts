import { encode } from "next-auth/jwt";
import type { ServiceContext } from "@/server/platform";
import { sessionCookieSecret } from "../session";
import { startSession } from "../sessions";
import { loadUserActor } from "../users";

type Context = Pick<ServiceContext, "db" | "settings">;

/** A session of this person, begun nowhere in particular. */
export async function beginSession({ db }: Context, userId: string): Promise<string> {
  const actor = await loadUserActor(db, userId);
  const by = { actor, requestId: "test" };
  return db.transaction((tx) => startSession(tx, by, { network: "test" }));
}

/** The Cookie header of a person who has signed in. */
export async function sessionCookie({
  ctx,
  input: { user_id: sub },
}: {
  ctx: Context;
  input: { user_id: string };
}): Promise<string> {
  const secret = sessionCookieSecret(ctx.settings);
  const token = await encode({ token: { sub, sid: await beginSession(ctx, sub) }, secret });
  return `next-auth.session-token=${token}`;
}
