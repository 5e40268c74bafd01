import { z } from "zod";
import { apiKeys } from "@/drizzle/schema";
import { Permission } from "@/server/contracts";
import { AppError, recordAudit } from "@/server/platform";
import { type ApiKey, generateApiKey, hashApiKey, prefixOf, withoutHash } from "./api-key";
import type { IdentityContext } from "./context";
import { parseInput } from "./parse-input";
import { API_KEY_PERMISSIONS, assertCan, permissionsOf } from "./permissions";

export const CreateApiKey = z.object({
  name: z.string().trim().min(1).max(200),
  scopes: z
    .array(Permission)
    .min(1)
    .transform((scopes) => [...new Set(scopes)]),
  expires_at: z.date().optional(),
});

function assertGrantable(ctx: IdentityContext, scopes: Permission[]): void {
  const own = permissionsOf(ctx.actor);
  const refused = scopes.filter(
    (scope) => !API_KEY_PERMISSIONS.includes(scope) || !own.includes(scope),
  );
  if (refused.length === 0) return;
  throw new AppError("forbidden", `An API key cannot be given: ${refused.join(", ")}.`, {
    details: { scopes: refused },
  });
}

/**
 * Makes a key for an external service. `key` is answered here and never again.
 * Throws `forbidden` for a scope no key may have or its maker does not hold.
 */
export async function createApiKey({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof CreateApiKey>;
}): Promise<{ key: string; apiKey: ApiKey }> {
  assertCan(ctx.actor, "key.manage");
  const { name, scopes, expires_at } = parseInput(CreateApiKey, input);
  assertGrantable(ctx, scopes);
  const key = generateApiKey();
  const row = {
    name,
    prefix: prefixOf(key),
    keyHash: hashApiKey(key),
    scopes,
    createdBy: ctx.actor.label,
    expiresAt: expires_at ?? null,
  };
  const apiKey = await ctx.db.transaction(async (tx) => {
    const [inserted] = await tx.insert(apiKeys).values(row).returning();
    if (inserted === undefined) throw new AppError("internal", "The key was not stored.");
    await recordAudit(tx, ctx, {
      action: "api_key.create",
      subjectType: "api_key",
      subjectId: inserted.id,
      after: { name, scopes, prefix: row.prefix, expires_at: expires_at?.toISOString() ?? null },
    });
    return withoutHash(inserted);
  });
  return { key, apiKey };
}
