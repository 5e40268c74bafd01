import { Option } from "commander";
import { z } from "zod";
import { TokenKind } from "@/server/contracts";
import { formatInstant } from "@/server/format";
import type { IssuedToken, SigningKey } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { AppError } from "@/server/platform/errors";
import type { Answer, CliCommand } from "../command";
import { toWire } from "../wire";

const rowOfKey = (key: SigningKey) => [
  key.kid,
  key.state,
  formatInstant(key.createdAt.toISOString()),
  key.state === "active" ? "" : formatInstant(key.verifyUntil.toISOString()),
];
const answerKeys = (keys: SigningKey[]): Answer => ({
  data: keys.map(toWire),
  lines: [
    {
      columns: ["KEY ID", "STATE", "CREATED", "VERIFIES UNTIL"],
      rows: keys.map(rowOfKey),
      empty: "There is no signing key yet; the first token makes one.",
    },
  ],
});

export function defineSigningKeys(group: CliCommand): void {
  group
    .command("list")
    .description("newest first, retired ones included")
    .answers("SigningKey[]", async ({ ctx }) => {
      const { listSigningKeys } = await import("@/server/identity");
      return answerKeys(await listSigningKeys({ ctx }));
    });
  group
    .command("rotate")
    .description("sign with a new pair; tokens of the old one stay valid until they end")
    .option("--compromised", "the old key is in wrong hands: refuse what it signed at once")
    .answers("SigningKey[]: the new one", async ({ ctx, options }) => {
      const { rotateSigningKey } = await import("@/server/identity");
      const input = { is_compromised: options.compromised === true };
      return answerKeys([await rotateSigningKey({ ctx, input })]);
    });
}

const TokenOptions = z.object({
  kind: TokenKind,
  subject: z.string().min(1),
  audience: z.string().min(1).optional(),
  hours: z.coerce
    .number()
    .positive()
    .max(24 * 365),
});

async function issue(ctx: ServiceContext, given: unknown): Promise<Answer> {
  const { kind, subject, audience, hours } = TokenOptions.parse(given);
  const ttl_seconds = Math.round(hours * 3600);
  if (audience !== undefined && kind !== "agent") {
    throw new AppError("invalid_input", "Only an agent's token can be for a product's connector.");
  }
  const token = await issueFor(ctx, kind, subject, { ttl_seconds, audience });
  return { data: { token }, lines: [token] };
}

async function issueFor(
  ctx: ServiceContext,
  kind: TokenKind,
  subject: string,
  { ttl_seconds, audience }: { ttl_seconds: number; audience: string | undefined },
): Promise<string> {
  const { issueProductToken, issueServiceToken, issueUserToken, listUsers } = await import(
    "@/server/identity"
  );
  switch (kind) {
    case "user": {
      // People are named by email address at the shell, by id in a token.
      const found = (await listUsers({ ctx })).find(({ email }) => email === subject.toLowerCase());
      if (found === undefined) throw new AppError("not_found", `There is no user ${subject}.`);
      return issueUserToken({ ctx, input: { user_id: found.id, ttl_seconds } });
    }
    case "agent":
      return issueServiceToken({ ctx, input: { subject, audience, ttl_seconds } });
    case "data-product":
      return issueProductToken({ ctx, input: { product_id: subject, ttl_seconds } });
  }
}

const stateOf = ({ revokedAt }: IssuedToken) => (revokedAt === null ? "valid" : "revoked");
const rowOfToken = (token: IssuedToken) => [
  token.jti,
  token.kind,
  token.holder,
  token.audience,
  stateOf(token),
  formatInstant(token.expiresAt.toISOString()),
  token.issuedBy,
];
const answerTokens = (tokens: IssuedToken[]): Answer => ({
  data: tokens.map(toWire),
  lines: [
    {
      columns: ["TOKEN ID", "KIND", "SUBJECT", "AUDIENCE", "STATE", "EXPIRES", "ISSUED BY"],
      rows: tokens.map(rowOfToken),
      empty: "No token is valid.",
    },
  ],
});

export function defineTokens(group: CliCommand): void {
  group
    .command("issue")
    .description("sign a token for a person, a data product or an agent; shown once")
    .addOption(
      new Option("--kind <kind>", "whose").choices(TokenKind.options).makeOptionMandatory(),
    )
    .requiredOption("--subject <name>", "email address of a person, or id of a machine")
    .option("--audience <name>", "product id, for a token its connector checks")
    .option("--hours <hours>", "valid for so long", "8")
    .answers("{ token }", ({ ctx, options }) => issue(ctx, options));
  group
    .command("list")
    .description("tokens that were issued and have not expired, newest first")
    .answers("IssuedToken[]", async ({ ctx }) => {
      const { listTokens } = await import("@/server/identity");
      return answerTokens(await listTokens({ ctx }));
    });
  group
    .command("revoke <token_id>")
    .description("refuse one token at once; a product's connector takes it until it expires")
    .answers("IssuedToken[]: this one", async ({ ctx, arg }) => {
      const { revokeToken } = await import("@/server/identity");
      return answerTokens([await revokeToken({ ctx, input: { token_id: arg("token_id") } })]);
    });
}
