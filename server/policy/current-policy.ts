import { desc, eq } from "drizzle-orm";
import { policies, users } from "@/drizzle/schema";
import { Policy, type Role } from "@/server/contracts";
import { AppError, type Database, type Transaction } from "@/server/platform";
import { mayFill } from "./rules/chain";
import { defaultPolicy } from "./rules/default-policy";

export interface CurrentPolicy {
  /** null: none is stored; the default policy holds. */
  version: number | null;
  policy: Policy;
  row: typeof policies.$inferSelect | null;
}

/** The policy that holds now. Inside of a transaction: the one that is committed at this statement. */
export async function loadPolicy({ db }: { db: Database | Transaction }): Promise<CurrentPolicy> {
  const [row] = await db.select().from(policies).orderBy(desc(policies.version)).limit(1);
  if (row === undefined) {
    const roles = await loadPeople(db);
    const approverCount = roles.filter((held) => mayFill(held, "reviewer")).length;
    return { version: null, policy: defaultPolicy({ approverCount }), row: null };
  }
  return { version: row.version, policy: parseStored(row), row };
}

/** A stored policy, with what later releases added to it. Throws `internal` for one that cannot be read. */
export function parseStored(row: typeof policies.$inferSelect): Policy {
  const parsed = Policy.safeParse(row.document);
  if (parsed.success) return parsed.data;
  // Never read as a weaker one: nothing is approved until an administrator stores another.
  throw new AppError("internal", `Version ${row.version} of the policy cannot be read.`, {
    cause: parsed.error,
  });
}

/** The roles of everybody who can sign in. */
export async function loadPeople(db: Database | Transaction): Promise<Role[][]> {
  const rows = await db.select({ roles: users.roles }).from(users).where(eq(users.isActive, true));
  return rows.map(({ roles }) => roles);
}
