import type { Command } from "commander";
import { z } from "zod";
import { Permission } from "@/server/contracts";
import {
  API_KEY_PERMISSIONS,
  type ApiKey,
  createApiKey,
  listApiKeys,
  revokeApiKey,
} from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { type Answer, answer, collect, table } from "../command";

const DAY_MS = 86_400_000;
const CreateOptions = z.object({
  name: z.string(),
  scopes: z.array(Permission).min(1),
  days: z.coerce.number().positive().optional(),
});

const rowOf = (key: ApiKey) => [
  key.prefix,
  key.name,
  key.scopes.join(","),
  key.revokedAt === null ? "valid" : "revoked",
  key.id,
];
const answerOf = (keys: ApiKey[]): Answer => ({ data: keys, lines: table(keys.map(rowOf)) });

async function create(ctx: ServiceContext, given: unknown): Promise<Answer> {
  const { name, scopes, days } = CreateOptions.parse(given);
  const expiry =
    days === undefined ? {} : { expires_at: new Date(ctx.clock.now().getTime() + days * DAY_MS) };
  const { key, apiKey } = await createApiKey({ ctx, input: { name, scopes, ...expiry } });
  return {
    data: { ...apiKey, key },
    lines: [...table([rowOf(apiKey)]), `key (shown only now): ${key}`],
  };
}

export function addKeyCommands(group: Command): void {
  group
    .command("create")
    .description("make a key; it is shown once")
    .requiredOption("--name <name>")
    .requiredOption("--scopes <scopes>", API_KEY_PERMISSIONS.join(", "), collect, [])
    .option("--days <days>", "valid for so many days (default: until revoked)")
    .action((options, command: Command) => answer(command, (ctx) => create(ctx, options)));
  group
    .command("list")
    .description("all keys, revoked ones included")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerOf(await listApiKeys({ ctx }))),
    );
  group
    .command("revoke <id>")
    .description("make a key invalid at once")
    .action((id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf([await revokeApiKey({ ctx, input: { api_key_id: id } })]),
      ),
    );
}
