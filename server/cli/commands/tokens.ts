import type { Command } from "commander";
import { z } from "zod";
import { assertCan, issueToken, listUsers, TokenKind } from "@/server/identity";
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

/** People are named by e-mail address at the shell, by id in a token. */
async function subjectOf(ctx: ServiceContext, kind: TokenKind, named: string): Promise<string> {
  if (kind !== "user") return named;
  const found = (await listUsers({ ctx })).find((user) => user.email === named.toLowerCase());
  if (found === undefined) throw new AppError("not_found", `There is no user ${named}.`);
  return found.id;
}

async function issue(ctx: ServiceContext, given: unknown): Promise<Answer> {
  assertCan(ctx.actor, "user.manage");
  const { kind, subject: named, audience, hours } = Options.parse(given);
  const subject = await subjectOf(ctx, kind, named);
  const token = await issueToken({
    kind,
    subject,
    ttlSeconds: Math.round(hours * 3600),
    ...(audience === undefined ? {} : { audience }),
  });
  return { data: { token }, lines: [token] };
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
