import { z } from "zod";
import { type ApiKeyView, Permission } from "@/server/contracts";
import { formatInstant } from "@/server/format";
import type { ServiceContext } from "@/server/platform";
import { type Answer, type CliCommand, collect } from "../command";
import type { Table } from "../table";

const DAY_MS = 86_400_000;
const CreateOptions = z.object({
  name: z.string(),
  scopes: z.array(Permission).min(1),
  days: z.coerce.number().positive().optional(),
});

function stateOf({ revoked_at, expires_at }: ApiKeyView): string {
  if (revoked_at !== null) return "revoked";
  if (expires_at === null) return "valid";
  const isExpired = Date.parse(expires_at) <= Date.now();
  return isExpired ? "expired" : `until ${formatInstant(expires_at)}`;
}

const tableOf = (keys: ApiKeyView[]): Table => ({
  columns: ["BEGINS WITH", "NAME", "SCOPES", "STATE", "ID"],
  rows: keys.map((key) => [
    key.prefix,
    key.name,
    key.scopes.join(","),
    stateOf(key),
    key.api_key_id,
  ]),
  empty: "There is no API key.",
});

async function create(ctx: ServiceContext, given: unknown): Promise<Answer> {
  const { createApiKey, toApiKeyView } = await import("@/server/identity");
  const { name, scopes, days } = CreateOptions.parse(given);
  const expiry =
    days === undefined ? {} : { expires_at: new Date(ctx.clock.now().getTime() + days * DAY_MS) };
  const { key, apiKey } = await createApiKey({ ctx, input: { name, scopes, ...expiry } });
  const view = toApiKeyView(apiKey);
  return {
    data: { ...view, key },
    lines: [tableOf([view]), `key (shown only now): ${key}`],
  };
}

export function defineKeys(group: CliCommand): void {
  group
    .command("list")
    .description("all keys, revoked ones included; never a key itself")
    .answers("ApiKeyView[]", async ({ ctx }) => {
      const { listApiKeys, toApiKeyView } = await import("@/server/identity");
      const keys = (await listApiKeys({ ctx })).map(toApiKeyView);
      return { data: keys, lines: [tableOf(keys)] };
    });
  group
    .command("create")
    .description("make a key; it is shown once")
    .requiredOption("--name <name>", "whose it is")
    .requiredOption("--scopes <scopes>", "what it may do, for instance suggestion.read", collect)
    .option("--days <days>", "valid for so many days (default: until revoked)")
    .answers("ApiKeyView with key", ({ ctx, options }) => create(ctx, options));
  group
    .command("revoke <api_key_id>")
    .description("make a key invalid at once")
    .answers("ApiKeyView", async ({ ctx, arg }) => {
      const { revokeApiKey, toApiKeyView } = await import("@/server/identity");
      const input = { api_key_id: arg("api_key_id") };
      const view = toApiKeyView(await revokeApiKey({ ctx, input }));
      return { data: view, lines: [tableOf([view])] };
    });
}
