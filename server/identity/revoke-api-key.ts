import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { apiKeys } from "@/drizzle/schema";
import { AppError, recordAudit } from "@/server/platform";
import { type ApiKey, withoutHash } from "./api-key";
import type { IdentityContext } from "./context";
import { parseInput } from "./parse-input";
import { assertCan } from "./permissions";

export const RevokeApiKey = z.object({ api_key_id: z.uuid() });

/** Ends a key at once. Throws `not_found`, or `conflict` when it was revoked before. */
export async function revokeApiKey({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof RevokeApiKey>;
}): Promise<ApiKey> {
  assertCan(ctx.actor, "key.manage");
  const { api_key_id } = parseInput(RevokeApiKey, input);
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(apiKeys)
      .set({ revokedAt: new Date() })
      .where(and(eq(apiKeys.id, api_key_id), isNull(apiKeys.revokedAt)))
      .returning();
    if (row === undefined) {
      const exists = (await tx.$count(apiKeys, eq(apiKeys.id, api_key_id))) > 0;
      if (!exists) throw new AppError("not_found", "There is no such API key.");
      throw new AppError("conflict", "This API key is revoked already.");
    }
    await recordAudit(tx, ctx, {
      action: "api_key.revoke",
      subjectType: "api_key",
      subjectId: row.id,
      before: { revoked_at: null },
      after: { revoked_at: row.revokedAt?.toISOString() ?? null },
    });
    return withoutHash(row);
  });
}
