/** The settings that only make sense together with others. */
interface Loaded {
  SIDECAR_MODE: "demo" | "production";
  BIND_ADDRESS?: string | undefined;
  SESSION_SECRET?: string | undefined;
  AUTH_SECRET?: string | undefined;
  OIDC_ISSUER?: string | undefined;
  OIDC_CLIENT_ID?: string | undefined;
  OIDC_CLIENT_SECRET?: string | undefined;
  PASSWORD_SIGN_IN: "on" | "off";
  SLACK_BOT_TOKEN?: string | undefined;
  SLACK_CHANNEL?: string | undefined;
  SLACK_SIGNING_SECRET?: string | undefined;
  SMTP_URL?: string | undefined;
  MAIL_FROM?: string | undefined;
}

const LOOPBACK_ADDRESS = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** True of names and addresses of this machine, in brackets or not. */
export const isLoopback = (hostname: string): boolean =>
  LOOPBACK_ADDRESS.test(hostname.replace(/^\[|\]$/g, ""));

/** Production needs SESSION_SECRET; no mode lets a product hold it as its own secret. */
function secretProblem({ SIDECAR_MODE, SESSION_SECRET, AUTH_SECRET }: Loaded): string | null {
  if (SIDECAR_MODE === "production" && SESSION_SECRET === undefined) {
    return "SESSION_SECRET must be set in production, the same for every process (openssl rand -base64 48).";
  }
  return AUTH_SECRET !== undefined && AUTH_SECRET === SESSION_SECRET
    ? "AUTH_SECRET is shared with the data product, SESSION_SECRET with nobody: they must differ."
    : null;
}

/** A provider needs its client; without a provider people need their passwords. */
function providerProblem(loaded: Loaded): string | null {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, PASSWORD_SIGN_IN } = loaded;
  if (OIDC_ISSUER === undefined) {
    return PASSWORD_SIGN_IN === "on"
      ? null
      : "PASSWORD_SIGN_IN=off needs OIDC_ISSUER: nobody could sign in.";
  }
  if (OIDC_CLIENT_ID === undefined || OIDC_CLIENT_SECRET === undefined) {
    return "OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.";
  }
  const { protocol, hostname } = new URL(OIDC_ISSUER);
  return protocol === "https:" || isLoopback(hostname)
    ? null
    : "OIDC_ISSUER must be an https address, or http on this machine.";
}

/** A demo shows its people's passwords to whoever opens its sign-in page: this machine's only. */
function demoProblem({ SIDECAR_MODE, BIND_ADDRESS }: Loaded): string | null {
  if (SIDECAR_MODE !== "demo" || BIND_ADDRESS === undefined) return null;
  if (LOOPBACK_ADDRESS.test(BIND_ADDRESS)) return null;
  return (
    `A demo shows its passwords on the sign-in page, so it listens on this machine only, not on ` +
    `BIND_ADDRESS=${BIND_ADDRESS}. Leave it out, or run with SIDECAR_MODE=production.`
  );
}

const TOGETHER = [
  ["SLACK_BOT_TOKEN", "SLACK_CHANNEL"],
  ["SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"],
  ["SMTP_URL", "MAIL_FROM"],
] as const;

/** A channel that is half configured would lose what it is for without a word. */
const channelProblems = (loaded: Loaded): string[] =>
  TOGETHER.filter(([key, needed]) => loaded[key] !== undefined && loaded[needed] === undefined).map(
    ([key, needed]) => `${key} is set, ${needed} is not: both are needed (see .env.example).`,
  );

/** Why settings that are valid one by one cannot be used together; never a secret. */
export function findMismatches(loaded: Loaded): string[] {
  return [secretProblem(loaded), providerProblem(loaded), demoProblem(loaded)]
    .filter((problem) => problem !== null)
    .concat(channelProblems(loaded));
}
