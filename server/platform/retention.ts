import { eq } from "drizzle-orm";
import { retentionPeriods } from "@/drizzle/schema";
import type { RetentionSubject } from "@/server/contracts";
import type { Database } from "./db";

/** Days that count where no administrator has chosen others. */
export const RETENTION_DAYS: Record<RetentionSubject, number> = {
  messages: 30,
  refusals: 7,
  jobs: 1,
  sessions: 30,
};

/** How many days what is pruned is kept. */
export async function retentionDays(
  db: Pick<Database, "select">,
  subject: RetentionSubject,
): Promise<number> {
  const [row] = await db
    .select({ days: retentionPeriods.days })
    .from(retentionPeriods)
    .where(eq(retentionPeriods.subject, subject));
  return row?.days ?? RETENTION_DAYS[subject];
}
