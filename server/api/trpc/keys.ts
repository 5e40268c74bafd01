import { z } from "zod";
import { type ApiKeyView, Permission } from "@/server/contracts";
import {
  type ApiKey,
  createApiKey,
  listApiKeys,
  listKeyScopes,
  listTokens,
  revokeApiKey,
  revokeToken,
} from "@/server/identity";
import { procedure, router } from "./init";

const toView = (key: ApiKey): ApiKeyView => ({
  api_key_id: key.id,
  name: key.name,
  prefix: key.prefix,
  scopes: key.scopes,
  created_by: key.createdBy,
  created_at: key.createdAt.toISOString(),
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  expires_at: key.expiresAt?.toISOString() ?? null,
  revoked_at: key.revokedAt?.toISOString() ?? null,
});

/** API keys of programs, and tokens that were issued. */
export const keysRouter = router({
  list: procedure.query(async ({ ctx }) => (await listApiKeys({ ctx })).map(toView)),
  /** What this person may give a key. */
  scopes: procedure.query(({ ctx }) => listKeyScopes({ ctx })),
  create: procedure
    .input(
      z.object({
        name: z.string().max(200),
        scopes: z.array(Permission),
        days: z.int().min(1).max(3650).optional(),
      }),
    )
    .mutation(async ({ ctx, input: { name, scopes, days } }) => {
      const expires_at =
        days === undefined ? undefined : new Date(ctx.clock.now().getTime() + days * 86_400_000);
      const input = { name, scopes, ...(expires_at && { expires_at }) };
      const { key, apiKey } = await createApiKey({ ctx, input });
      return { key, api_key: toView(apiKey) };
    }),
  revoke: procedure
    .input(z.object({ api_key_id: z.uuid() }))
    .mutation(async ({ ctx, input }) => toView(await revokeApiKey({ ctx, input }))),
  tokens: procedure.query(({ ctx }) => listTokens({ ctx })),
  revokeToken: procedure
    .input(z.object({ token_id: z.uuid() }))
    .mutation(({ ctx, input }) => revokeToken({ ctx, input })),
});
