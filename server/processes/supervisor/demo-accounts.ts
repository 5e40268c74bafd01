import { randomBytes } from "node:crypto";
import type { Permission } from "@/server/contracts";
import { createApiKey, createUser, listApiKeys, listUsers } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { type Secrets, writeSecrets } from "@/server/platform/installation";

type PersonRole = "viewer" | "reviewer" | "operator" | "admin";

/** Who can sign in to a demo. `role` is the name scripts know them by. */
export const DEMO_USERS: readonly {
  email: string;
  name: string;
  role: PersonRole;
  roles: PersonRole[];
}[] = [
  { email: "viewer@demo.local", name: "Vera Viewer", role: "viewer", roles: ["viewer"] },
  {
    email: "reviewer@demo.local",
    name: "Rita Reviewer",
    role: "reviewer",
    roles: ["reviewer", "operator"],
  },
  { email: "admin@demo.local", name: "Ada Admin", role: "admin", roles: ["admin"] },
];

export interface DemoUser {
  id: string;
  email: string;
  password: string;
  role: PersonRole;
  roles: PersonRole[];
}

function withPasswords(dataDir: string, secrets: Secrets): Secrets {
  const passwords = { ...secrets.demo_passwords };
  for (const { email } of DEMO_USERS) passwords[email] ??= randomBytes(12).toString("base64url");
  const known = { ...secrets, demo_passwords: passwords };
  // Kept before a user is made with it: a password nobody knows would lock the demo.
  writeSecrets(dataDir, known);
  return known;
}

/**
 * The demo's people with random passwords, made at the first start and found again at later ones.
 * Throws `conflict` when the database already has them from another data folder.
 */
export async function ensureDemoUsers(
  ctx: ServiceContext,
  dataDir: string,
  secrets: Secrets,
): Promise<{ users: DemoUser[]; secrets: Secrets }> {
  const known = withPasswords(dataDir, secrets);
  const existing = await listUsers({ ctx });
  const users: DemoUser[] = [];
  for (const { email, name, role, roles } of DEMO_USERS) {
    const password = known.demo_passwords[email] ?? "";
    const found = existing.find((user) => user.email === email);
    if (found !== undefined && secrets.demo_passwords[email] === undefined) {
      throw new AppError(
        "conflict",
        `The database already has ${email}, made from another data folder. ` +
          "Start with that folder (SIDECAR_DATA_DIR), or use another database.",
      );
    }
    const user = found ?? (await createUser({ ctx, input: { email, name, password, roles } }));
    users.push({ id: user.id, email, password, role, roles });
  }
  return { users, secrets: known };
}

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
