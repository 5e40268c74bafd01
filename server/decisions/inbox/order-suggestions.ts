import { desc, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { suggestions } from "@/drizzle/schema";
import { SuggestionId, type SuggestionSort } from "@/server/contracts";
import { AppError } from "@/server/platform";

/**
 * What comes before creation and id in each order, descending. Estimates and what is being tested have no
 * impact; −2 is below the gain of any measured one. Spelled as in the indexes of `suggestions`, whose expressions
 * must not depend on a session's time zone.
 */
const KEYS: Record<SuggestionSort, SQL<number>> = {
  newest: sql<number>`0::float8`,
  impact: sql<number>`coalesce(impact, -2)`,
  expiry: sql<number>`coalesce(-extract(epoch from expires_at at time zone 'UTC')::float8, '-Infinity'::float8)`,
};

interface Place {
  key: number;
  at: Date;
  id: string;
}

/** The list's order, and what a page must select to go on after its last row. */
export function orderOf(sort: SuggestionSort): { by: SQL[]; key: SQL<number> } {
  const tail = [desc(suggestions.createdAt), desc(suggestions.id)];
  return { by: sort === "newest" ? tail : [desc(KEYS[sort]), ...tail], key: KEYS[sort] };
}

/** Where the next page goes on. */
export function encodePlace(sort: SuggestionSort, { key, at, id }: Place): string {
  return Buffer.from(JSON.stringify([sort, String(key), at.toISOString(), id])).toString(
    "base64url",
  );
}

const Key = z
  .string()
  .regex(/^-?(\d+(\.\d+)?(e[+-]?\d+)?|Infinity)$/)
  .transform(Number);
const Instant = z.iso
  .datetime()
  .transform((at) => new Date(at))
  .pipe(z.date().min(new Date(0)));

/**
 * The rows after a page's last one, as a condition. Throws `invalid_input` for a cursor that no page of this
 * order gave.
 */
export function afterPlace(sort: SuggestionSort, cursor: string): SQL {
  const { key, at, id } = decodePlace(sort, cursor);
  const [seconds, place] = [at.toISOString(), sql`${suggestions.createdAt}, ${suggestions.id}`];
  if (sort === "newest") return sql`(${place}) < (${seconds}::timestamptz, ${id}::text)`;
  return sql`(${KEYS[sort]}, ${place}) < (${String(key)}::float8, ${seconds}::timestamptz, ${id}::text)`;
}

function decodePlace(sort: SuggestionSort, cursor: string): Place {
  const Parts = z.tuple([z.literal(sort), Key, Instant, SuggestionId]);
  const parsed = Parts.safeParse(parseJson(Buffer.from(cursor, "base64url").toString()));
  if (!parsed.success) {
    throw new AppError(
      "invalid_input",
      "This cursor did not come from a previous page in this order.",
    );
  }
  const [, key, at, id] = parsed.data;
  return { key, at, id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
