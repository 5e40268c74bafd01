import type { Change, TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { insertedColumns } from "@/server/workload";
import type { MeasuringRoom } from "../room";
import { countDown, type Session } from "../shadow";
import type { WriteReplay } from "./prepare-write";
import { isDuplicate, rolledBack, type WriteOutcome } from "./try-write";

/** A write under the changes, and how it ended without them. */
interface Tried {
  text: string;
  outcome: WriteOutcome;
  now: WriteOutcome;
}

/** What of the replayed writes says nothing against keys that are new. */
export interface KeyChecks {
  /** Whether a new key refuses the write's values on the shadow, or when they are written once more. */
  isUntimed(write: WriteReplay): boolean;
  /**
   * A new key stops the write only because the shadow holds its rows already: it was captured before
   * the shadow was made, or its values were drawn from the rows there. A row that differs from the one
   * with its key is another one, and breaks. Throws as the session does.
   */
  isOfKnownRows(write: WriteReplay, tried: Tried, timeoutMs: number): Promise<boolean>;
}

export function createKeyChecks(
  room: Pick<MeasuringRoom, "tables" | "baseline">,
  judged: readonly Change[],
): KeyChecks {
  const keysOf = ({ query: { shape } }: WriteReplay): string[][] =>
    judged.flatMap((change) => {
      const isKey = change.kind === "add_constraint" && change.constraint !== "NOT NULL";
      return isKey && change.table === shape.target ? [change.columns] : [];
    });
  const isDrawn = (write: WriteReplay): boolean =>
    keysOf(write)
      .flat()
      .some((name) => write.drawnColumns.includes(name));
  return {
    isUntimed: (write) =>
      isDrawn(write) || (write.query.shape.kind === "insert" && keysOf(write).length > 0),
    async isOfKnownRows(write, { text, outcome, now }, timeoutMs) {
      const { kind, target } = write.query.shape;
      if (keysOf(write).length === 0 || !isStopped(outcome, now)) return false;
      if (isDrawn(write)) return true;
      const table = room.tables.find((one) => one.table.name === target)?.table;
      if (kind !== "insert" || table === undefined) return false;
      return addsKnownRows(room.baseline, { text, table }, timeoutMs);
    },
  };
}

/** Refused as a duplicate, or passed over by an ON CONFLICT that had no conflict before. */
const isStopped = (before: WriteOutcome, now: WriteOutcome): boolean =>
  "rows" in before && ("rows" in now ? Number(now.rows) < Number(before.rows) : isDuplicate(now));

/** Whether every row that an INSERT adds has the values of one that is there, in the columns it gives. */
async function addsKnownRows(
  session: Session,
  { text, table }: { text: string; table: TableSchema },
  timeoutMs: number,
): Promise<boolean> {
  const names = table.columns.map(({ name }) => name);
  const columns = insertedColumns(text, names);
  // The place of a row tells new ones from others.
  const hasPlaces = names.every((name) => name.toLowerCase() !== "rowid");
  if (columns === null || !hasPlaces) return false;
  const from = quoteIdentifier(table.name);
  const isSame = columns
    .map(quoteIdentifier)
    .map((name) => `known.${name} IS NOT DISTINCT FROM added.${name}`);
  const msLeft = countDown(timeoutMs);
  return rolledBack(session, async () => {
    const [last] = await session.rows(`SELECT max(rowid) FROM ${from}`, msLeft());
    const place = last?.[0] ?? null;
    if (place === null) return false;
    await session.run(text, msLeft());
    const known = `SELECT 1 FROM ${from} known WHERE known.rowid <= ${place} AND ${isSame.join(" AND ")}`;
    const [others] = await session.rows(
      `SELECT count(*) FROM ${from} added WHERE added.rowid > ${place} AND NOT EXISTS (${known})`,
      msLeft(),
    );
    return Number(others?.[0]) === 0;
  });
}
