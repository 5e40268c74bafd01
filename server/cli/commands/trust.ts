import type { Command } from "commander";
import { z } from "zod";
import { TokenKind } from "@/server/contracts";
import {
  type IssuedToken,
  issueProductToken,
  issueServiceToken,
  issueUserToken,
  listSigningKeys,
  listTokens,
  listUsers,
  revokeToken,
  rotateSigningKey,
  type SigningKey,
} from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { type Answer, answer, table } from "../command";

const rowOfKey = (key: SigningKey) => [
  key.kid,
  key.state,
  key.createdAt.toISOString(),
  key.state === "active" ? "" : `verifies until ${key.verifyUntil.toISOString()}`,
];
const answerKeys = (keys: SigningKey[]): Answer => ({
  data: keys,
  lines: table(keys.map(rowOfKey)),
});

export function addSigningKeyCommands(group: Command): void {
  group
    .command("list")
    .description("newest first, retired ones included")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerKeys(await listSigningKeys({ ctx }))),
    );
  group
    .command("rotate")
    .description("sign with a new pair; tokens of the old one stay valid until they end")
    .option("--compromised", "the old key is in wrong hands: refuse what it signed at once")
    .action((options: { compromised?: true }, command: Command) =>
      answer(command, async (ctx) => {
        const input = { is_compromised: options.compromised === true };
        return answerKeys([await rotateSigningKey({ ctx, input })]);
      }),
    );
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
  `until ${token.expiresAt.toISOString()}`,
  token.issuedBy,
];
const answerTokens = (tokens: IssuedToken[]): Answer => ({
  data: tokens,
  lines: table(tokens.map(rowOfToken)),
});

export function addTokenCommands(group: Command): void {
  group
    .command("issue")
    .description("sign a token for a person, a data product or an agent")
    .requiredOption("--kind <kind>", TokenKind.options.join(", "))
    .requiredOption("--subject <name>", "e-mail address of a person, or id of a machine")
    .option("--audience <name>", "product id, for a token its connector checks")
    .option("--hours <hours>", "valid for so long", "8")
    .action((options, command: Command) => answer(command, (ctx) => issue(ctx, options)));
  group
    .command("list")
    .description("tokens that were issued and have not expired, newest first")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerTokens(await listTokens({ ctx }))),
    );
  group
    .command("revoke <id>")
    .description("refuse one token at once; a product's connector takes it until it expires")
    .action((token_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerTokens([await revokeToken({ ctx, input: { token_id } })]),
      ),
    );
}
