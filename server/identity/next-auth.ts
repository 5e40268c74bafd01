import type { NextAuthOptions } from "next-auth";
import type { CredentialsConfig } from "next-auth/providers/credentials";
import { z } from "zod";
import { AppError, type Root, toAppError } from "@/server/platform";
import { identityProvider, type ProviderUser } from "./oidc-provider";
import { signInByProvider } from "./oidc-sign-in";
import { hasSecureCookies, sessionCookieSecret, sessionNameOf } from "./session";
import { endSession, findSessionUser, SESSION_HOURS_MAX } from "./sessions";
import { signIn } from "./sign-in";

const Given = z.object({ email: z.string().min(1), password: z.string().min(1) });

interface AuthRequest {
  /** Where the sign-in comes from, as the web server saw it. */
  address: string;
  requestId: string;
  /** Told why a sign-in was refused, where the reason is not that the password is wrong. */
  onRefused: (error: AppError) => void;
}

/** Sign-in by e-mail and password. */
const passwordProvider = (ctx: Root, request: AuthRequest): CredentialsConfig => ({
  id: "credentials",
  name: "E-mail and password",
  type: "credentials",
  credentials: {
    email: { label: "E-mail", type: "email" },
    password: { label: "Password", type: "password" },
  },
  async authorize(given) {
    const parsed = Given.safeParse(given);
    if (!parsed.success) return null;
    const { address, requestId } = request;
    try {
      const begun = await signIn({
        ctx: { ...ctx, requestId },
        input: { ...parsed.data, address },
      });
      if (begun === null) return null;
      const { user, sessionId } = begun;
      return { id: user.id, email: user.email, name: user.name, sid: sessionId };
    } catch (error) {
      if (!(error instanceof AppError)) ctx.log.error({ err: error, requestId }, "sign-in failed");
      const refusal = toAppError(error);
      request.onRefused(refusal);
      // next-auth passes an error's message on to the sign-in page: only a code may leave.
      throw new Error(refusal.code, { cause: error });
    }
  },
});

function providersOf(ctx: Root, request: AuthRequest): NextAuthOptions["providers"] {
  const provider = identityProvider(ctx.settings);
  const password = ctx.settings.PASSWORD_SIGN_IN === "on" ? [passwordProvider(ctx, request)] : [];
  return provider === null ? password : [...password, provider];
}

/**
 * Begins a session of whom the provider names: next-auth makes its cookie of `user`, which therefore
 * becomes that person. Answers true, or the page that says why nobody comes in.
 */
async function admitByProvider(
  ctx: Root,
  { address, requestId }: AuthRequest,
  user: ProviderUser,
): Promise<true | string> {
  const input = { issuer: ctx.settings.OIDC_ISSUER ?? "", claims: user.claims, address };
  const outcome = await signInByProvider({ ctx: { ...ctx, requestId }, input });
  if ("refused" in outcome) return `/sign-in?error=${outcome.refused}`;
  const { id, email, name } = outcome.user;
  Object.assign(user, { id, email, name, sid: outcome.sessionId });
  return true;
}

/** Errors that next-auth reports of requests that are merely wrong: a cookie that opens nothing. */
const EXPECTED = ["JWT_SESSION_ERROR"];

/**
 * The message of what next-auth reports: an error, or one beside what the provider sent. That holds
 * a person's profile, and is left out.
 */
function reportedMessage(metadata: unknown): string {
  const isBeside = typeof metadata === "object" && metadata !== null && "error" in metadata;
  const error = isBeside ? metadata.error : metadata;
  return error instanceof Error ? error.message : "no message";
}

/**
 * next-auth's settings for one request. The cookie carries who the person is and which session it
 * belongs to, nothing else: whether that still lives, and roles, come from the database each time.
 */
export function authOptions({ ctx, input }: { ctx: Root; input: AuthRequest }): NextAuthOptions {
  const { db, log, settings } = ctx;
  const { requestId } = input;
  return {
    providers: providersOf(ctx, input),
    secret: sessionCookieSecret(settings),
    session: { strategy: "jwt", maxAge: SESSION_HOURS_MAX * 3600 },
    useSecureCookies: hasSecureCookies(settings),
    pages: { signIn: "/sign-in", error: "/sign-in" },
    logger: {
      error: (code, metadata) => {
        const level = EXPECTED.includes(code) ? "debug" : "error";
        log[level]({ code, detail: reportedMessage(metadata), requestId }, "next-auth");
      },
      warn: (code) => log.warn({ code, requestId }, "next-auth"),
      debug: () => {},
    },
    callbacks: {
      async signIn({ user, account }) {
        if (account?.provider !== "oidc") return true;
        return admitByProvider(ctx, input, user as ProviderUser);
      },
      async jwt({ token, user }) {
        // At a sign-in only: authorize has begun a session.
        if (user !== undefined) return { ...token, sid: "sid" in user ? user.sid : null };
        const name = sessionNameOf(token);
        if (name !== null && (await findSessionUser(db, name)) !== null) return token;
        throw new Error("This session has ended.");
      },
      session({ session, token }) {
        const { email = null, name = null } = session.user ?? {};
        return { ...session, user: { id: token.sub, email, name } };
      },
    },
    events: {
      async signOut({ token }) {
        const name = sessionNameOf(token);
        if (name === null) return;
        const ended = { session_id: name.sessionId, user_id: name.userId };
        await endSession({ ctx: { db, requestId }, input: ended });
      },
    },
  };
}
