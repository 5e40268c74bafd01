import { and, eq, lt, or, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";
import { AppError } from "./errors";

/** The row that a page of a list ends with: lists are newest first, and by id within an instant. */
interface Place {
  at: Date;
  id: string;
}

/** Where the next page goes on. `at` is in whole milliseconds, as the column is. */
export const encodeCursor = ({ at, id }: Place): string =>
  Buffer.from(`${at.toISOString()} ${id}`).toString("base64url");

/** What encodeCursor writes, and nothing else: an instant Postgres would refuse is none of ours. */
const Instant = z.iso
  .datetime()
  .transform((at) => new Date(at))
  .pipe(z.date().min(new Date(0)));

/** The place that a cursor names, its id of the form `Id`. Throws `invalid_input` for any other text. */
export function decodeCursor(cursor: string, Id: z.ZodType<string>): Place {
  const parts = Buffer.from(cursor, "base64url").toString().split(" ");
  const parsed = z.tuple([Instant, Id]).safeParse(parts);
  if (!parsed.success) {
    throw new AppError("invalid_input", "This cursor did not come from a previous page.");
  }
  const [at, id] = parsed.data;
  return { at, id };
}

/** Rows that come after the place in a list ordered by both columns, descending. */
export function olderThan(place: Place, columns: { at: PgColumn; id: PgColumn }): SQL | undefined {
  const { at, id } = columns;
  return or(lt(at, place.at), and(eq(at, place.at), lt(id, place.id)));
}
