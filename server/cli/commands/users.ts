import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { z } from "zod";
import {
  createUser,
  deactivateUser,
  linkAddress,
  listUsers,
  PERSON_ROLES,
  setUserRoles,
  startFirstAdmin,
  type User,
} from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { type Answer, answer, collect, table } from "../command";

const Roles = z.array(z.enum(PERSON_ROLES)).min(1);

const rowOf = (user: User) => [
  user.email,
  user.roles.join(","),
  user.isActive ? "active" : "deactivated",
  user.id,
];
const answerOf = (users: User[]): Answer => ({ data: users, lines: table(users.map(rowOf)) });

async function idOf(ctx: ServiceContext, email: string): Promise<string> {
  const found = (await listUsers({ ctx })).find((user) => user.email === email.toLowerCase());
  if (found === undefined) throw new AppError("not_found", `There is no user ${email}.`);
  return found.id;
}

async function create(
  ctx: ServiceContext,
  options: { email: string; name?: string; roles: string[] },
): Promise<Answer> {
  const { email, name = email } = options;
  // Shown once. A password on the command line would stay in the shell's history.
  const password = randomBytes(15).toString("base64url");
  const roles = Roles.parse(options.roles);
  const user = await createUser({ ctx, input: { email, name, password, roles } });
  return {
    data: { ...user, password },
    lines: [...table([rowOf(user)]), `password (shown only now): ${password}`],
  };
}

async function firstAdmin(ctx: ServiceContext): Promise<Answer> {
  const made = await startFirstAdmin({ ctx });
  if (made === null) throw new AppError("conflict", "There is an administrator already.");
  const link = linkAddress(ctx.settings, made.token);
  return { data: { link, expires_at: made.expires_at }, lines: [`${link} (once, shown only now)`] };
}

export function addUserCommands(group: Command): void {
  group
    .command("create")
    .description("add a person; the password is made here and shown once")
    .requiredOption("--email <address>")
    .option("--name <name>")
    .requiredOption("--roles <roles>", PERSON_ROLES.join(", "), collect, [])
    .action((options, command: Command) => answer(command, (ctx) => create(ctx, options)));
  group
    .command("first-admin")
    .description(
      "a one-time link that creates the first administrator; ends with 5 if there is one",
    )
    .action((_, command: Command) => answer(command, firstAdmin));
  group
    .command("list")
    .description("everybody")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerOf(await listUsers({ ctx }))),
    );
  group
    .command("set-roles <email>")
    .description("replace a person's roles")
    .requiredOption("--roles <roles>", PERSON_ROLES.join(", "), collect, [])
    .action((email: string, options, command: Command) =>
      answer(command, async (ctx) => {
        const input = { user_id: await idOf(ctx, email), roles: Roles.parse(options.roles) };
        return answerOf([await setUserRoles({ ctx, input })]);
      }),
    );
  group
    .command("deactivate <email>")
    .description("shut a person out, sessions and tokens included")
    .action((email: string, _, command: Command) =>
      answer(command, async (ctx) => {
        const input = { user_id: await idOf(ctx, email) };
        return answerOf([await deactivateUser({ ctx, input })]);
      }),
    );
}
