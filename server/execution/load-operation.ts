import { eq } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import type { OperationRow } from "@/server/decisions";
import { AppError, type Database } from "@/server/platform";

/** The row of an operation. Throws `not_found`. */
export async function loadOperation(db: Database, id: string): Promise<OperationRow> {
  const [row] = await db.select().from(operations).where(eq(operations.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no operation ${id}.`);
  return row;
}
