import type { Permission } from "@/server/contracts";
import { createApiKey, listApiKeys } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { type Secrets, writeSecrets } from "@/server/platform/installation";

const SCOPES: Permission[] = [
  "suggestion.read",
  "suggestion.analyze",
  "operation.read",
  "operation.execute",
  "product.read",
];

/** The demo's API key: the kept one while it is valid, else a new one. */
export async function ensureDemoKey(
  ctx: ServiceContext,
  dataDir: string,
  secrets: Secrets,
): Promise<string> {
  const kept = secrets.demo_api_key;
  const keys = await listApiKeys({ ctx });
  const isValid = keys.some((key) => key.revokedAt === null && kept?.startsWith(key.prefix));
  if (kept !== null && isValid) return kept;
  const { key } = await createApiKey({ ctx, input: { name: "demo", scopes: SCOPES } });
  writeSecrets(dataDir, { ...secrets, demo_api_key: key });
  return key;
}
