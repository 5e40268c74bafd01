import type { Command } from "commander";
import { z } from "zod";
import {
  issueProductToken,
  issueServiceToken,
  issueUserToken,
  listUsers,
  TokenKind,
} from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { type Answer, answer } from "../command";

const Options = z.object({
  kind: TokenKind,
  subject: z.string().min(1),
  audience: z.string().min(1).optional(),
  hours: z.coerce
    .number()
    .positive()
    .max(24 * 365),
});

async function issue(ctx: ServiceContext, given: unknown): Promise<Answer> {
  const { kind, subject, audience, hours } = Options.parse(given);
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

export function addTokenCommands(program: Command): void {
  program
    .command("token")
    .description("signed bearer tokens")
    .command("issue")
    .description("sign a token for a person, a data product or an agent")
    .requiredOption("--kind <kind>", TokenKind.options.join(", "))
    .requiredOption("--subject <name>", "e-mail address of a person, or id of a machine")
    .option("--audience <name>", "product id, for a token its connector checks")
    .option("--hours <hours>", "valid for so long", "8")
    .action((options, command: Command) => answer(command, (ctx) => issue(ctx, options)));
}
