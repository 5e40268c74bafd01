import { encode } from "next-auth/jwt";
import type { ServiceContext } from "@/server/platform";
import { sessionCookieSecret } from "../session";

/** The Cookie header of a person who has signed in. */
export async function sessionCookie({
  ctx: { settings },
  input: { user_id },
}: {
  ctx: Pick<ServiceContext, "db" | "settings">;
  input: { user_id: string };
}): Promise<string> {
  const token = await encode({ token: { sub: user_id }, secret: sessionCookieSecret(settings) });
  return `next-auth.session-token=${token}`;
}
