import { sampleValues, type WorkloadQuery } from "@/server/advisor";
import type { JsonScalar } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import type { Session } from "../shadow";
import { readPlan } from "./read-plan";
import { withLiterals } from "./replay-text";

/**
 * Why a replay would not ask what the product asked: its text with literals has another plan, or a
 * number came as a text that its column cannot hold. null where nothing speaks against it.
 * Throws DuckDbError when a text does not bind.
 */
export async function differsFromSent(
  session: Session,
  query: WorkloadQuery,
): Promise<string | null> {
  const { asSent, shape } = query;
  if (asSent !== undefined) {
    const replayed = withLiterals(shape.sql, asSent.values);
    if ((await readPlan(session, asSent.sql)) !== (await readPlan(session, replayed))) {
      return "with its literals as parameters DuckDB plans it differently from the text as sent";
    }
  }
  return findMistyped(session, query, sampleValues(query));
}

/** A DECIMAL sent as text without its type: DuckDB casts the column to it, but a text to the column. */
async function findMistyped(
  session: Session,
  { shape }: WorkloadQuery,
  sent: readonly JsonScalar[][],
): Promise<string | null> {
  const texts = new Map<number, string[]>();
  for (const [index] of (sent[0] ?? []).entries()) {
    const values = sent.flatMap((set) => (typeof set[index] === "string" ? [set[index]] : []));
    if (values.length > 0) texts.set(index + 1, values);
  }
  for (const { table, column, parameters, wrappedBy } of shape.filters) {
    const bare = parameters.filter((number) => texts.has(number) && !isCast(shape.sql, number));
    if (wrappedBy !== null || bare.length === 0) continue;
    const type = await columnType(session, table, column);
    for (const number of bare) {
      const odd = texts.get(number)?.find((value) => !fitsExactly(value, type));
      if (odd !== undefined) {
        return `parameter $${number} was sent as '${odd.slice(0, 40)}', which ${column} (${type}) does not hold exactly: its type is needed, as CAST($${number} AS …)`;
      }
    }
  }
  return null;
}

const isCast = (sql: string, number: number): boolean => sql.includes(`CAST($${number} AS `);

async function columnType(session: Session, table: string, column: string): Promise<string> {
  const sql = `SELECT ${quoteIdentifier(column)} FROM ${quoteIdentifier(table)}`;
  return (await session.describe(sql))[0]?.type ?? "";
}

const INTEGER = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const DECIMAL = /^DECIMAL\(\d+,\s*(\d+)\)$/;

/** Whether a text that looks like a number is cast to the type without being rounded. */
function fitsExactly(text: string, type: string): boolean {
  const fraction = /^\s*[+-]?\d*\.?(\d*?)0*(e[+-]?\d+)?\s*$/i.exec(text);
  const scale = INTEGER.test(type) ? 0 : Number(DECIMAL.exec(type)?.[1] ?? Number.NaN);
  if (fraction === null || Number.isNaN(scale)) return true;
  // `12345.0` beside a BIGINT: the rows are those of 12345, the plan is not.
  const isWritten = scale > 0 || !text.includes(".");
  return isWritten && fraction[2] === undefined && (fraction[1] ?? "").length <= scale;
}
