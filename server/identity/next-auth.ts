import type { NextAuthOptions } from "next-auth";
import type { CredentialsConfig } from "next-auth/providers/credentials";
import { z } from "zod";
import { AppError, prepareNextAuthEnvironment, type Root } from "@/server/platform";
import { hasSecureCookies, SESSION_HOURS_MAX, sessionCookieSecret } from "./session";
import { verifyCredentials } from "./sign-in";

const SignIn = z.object({ email: z.string().min(1), password: z.string().min(1) });

/** First address of X-Forwarded-For (set by Next.js itself when no proxy stands before it). */
function addressOf(headers: Record<string, unknown> | undefined): string {
  const forwarded = headers?.["x-forwarded-for"];
  const first = typeof forwarded === "string" ? forwarded.split(",", 1)[0]?.trim() : undefined;
  return first === undefined || first === "" ? "unknown" : first;
}

/** Sign-in by e-mail and password. The page sees `CredentialsSignin` or `rate_limited`. */
const passwordProvider = (ctx: Root): CredentialsConfig => ({
  id: "credentials",
  name: "E-mail and password",
  type: "credentials",
  credentials: {
    email: { label: "E-mail", type: "email" },
    password: { label: "Password", type: "password" },
  },
  async authorize(given, request) {
    const parsed = SignIn.safeParse(given);
    if (!parsed.success) return null;
    const input = { ...parsed.data, address: addressOf(request.headers) };
    try {
      const user = await verifyCredentials({ ctx, input });
      return user === null ? null : { id: user.id, email: user.email, name: user.name };
    } catch (error) {
      // next-auth passes an error's message on to the sign-in page: only a code may leave.
      if (error instanceof AppError && error.code === "rate_limited") {
        throw new Error("rate_limited", { cause: error });
      }
      ctx.log.error({ err: error }, "sign-in failed");
      throw new Error("internal", { cause: error });
    }
  },
});

/**
 * next-auth's settings, made when first needed (a build has no secret). The cookie carries who
 * the person is and nothing else; roles come from the database on every request.
 */
export function authOptions({ ctx }: { ctx: Root }): NextAuthOptions {
  const { log, settings } = ctx;
  prepareNextAuthEnvironment(settings);
  return {
    providers: [passwordProvider(ctx)],
    secret: sessionCookieSecret(settings),
    session: { strategy: "jwt", maxAge: SESSION_HOURS_MAX * 3600 },
    useSecureCookies: hasSecureCookies(settings),
    pages: { signIn: "/sign-in", error: "/sign-in" },
    logger: {
      error: (code, metadata) => log.error({ code, detail: String(metadata) }, "next-auth"),
      warn: (code) => log.warn({ code }, "next-auth"),
      debug: () => {},
    },
    callbacks: {
      session({ session, token }) {
        const { email = null, name = null } = session.user ?? {};
        return { ...session, user: { id: token.sub, email, name } };
      },
    },
  };
}
