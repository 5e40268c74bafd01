import { eq, type SQL, sql } from "drizzle-orm";
import { retentionPeriods } from "@/drizzle/schema";
import type { RetentionSubject } from "@/server/contracts";
import type { Database } from "./db";

/** Days that count where no administrator has chosen others. */
export const RETENTION_DAYS: Record<RetentionSubject, number> = {
  messages: 30,
  refusals: 7,
  jobs: 1,
  sessions: 30,
  notifications: 90,
};

async function retentionDays(
  db: Pick<Database, "select">,
  subject: RetentionSubject,
): Promise<number> {
  const [row] = await db
    .select({ days: retentionPeriods.days })
    .from(retentionPeriods)
    .where(eq(retentionPeriods.subject, subject));
  return row?.days ?? RETENTION_DAYS[subject];
}

/** The moment, by the database's clock, before which this is not kept any more. */
export async function keptSince(
  db: Pick<Database, "select">,
  subject: RetentionSubject,
): Promise<SQL> {
  return sql`now() - make_interval(days => ${await retentionDays(db, subject)}::int)`;
}
