import { z } from "zod";
import { Permission } from "@/server/contracts";
import {
  createApiKey,
  listApiKeys,
  listKeyScopes,
  listTokens,
  revokeApiKey,
  revokeToken,
  toApiKeyView,
} from "@/server/identity";
import { procedure, router } from "./init";

/** API keys of programs, and tokens that were issued. */
export const keysRouter = router({
  list: procedure.query(async ({ ctx }) => (await listApiKeys({ ctx })).map(toApiKeyView)),
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
      return { key, api_key: toApiKeyView(apiKey) };
    }),
  revoke: procedure
    .input(z.object({ api_key_id: z.uuid() }))
    .mutation(async ({ ctx, input }) => toApiKeyView(await revokeApiKey({ ctx, input }))),
  tokens: procedure.query(({ ctx }) => listTokens({ ctx })),
  revokeToken: procedure
    .input(z.object({ token_id: z.uuid() }))
    .mutation(({ ctx, input }) => revokeToken({ ctx, input })),
});
