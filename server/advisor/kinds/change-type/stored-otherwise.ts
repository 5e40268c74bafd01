import type { ChangeOf, TargetType } from "@/server/contracts";
import type { AdviceInput } from "../../kind-spec";

const WHOLE_NUMBER = /^(TINY|SMALL|BIG)?INT(EGER)?$/;

/**
 * What DuckDB does, without an error, to a value that is written after the change and that the new type
 * cannot hold; null: it is refused, or none is. Rows that are there are checked by the plan itself;
 * nothing checks a later one, and no rollback brings back what it lost. Texts are another matter:
 * see `consequencesOf`.
 */
export function silentLoss(from: string, { name }: TargetType): string | null {
  const type = from.toUpperCase();
  if (name === "DATE" && /^(TIMESTAMP|DATETIME)/.test(type)) return "cut to its day";
  if (name === "TIMESTAMP" && type === "TIMESTAMP_NS") return "cut to its microsecond";
  if (name === "TIMESTAMP" && /^TIMESTAMP(TZ| WITH TIME ZONE)$/.test(type)) {
    return "stored by the time zone of whoever writes it";
  }
  if (type === "BIT" && WHOLE_NUMBER.test(name)) return "filled up with zeros";
  const scale = /^(?:DECIMAL|NUMERIC)\(\d+, ?(\d+)\)$/.exec(type)?.[1];
  const isFraction = /^(FLOAT|DOUBLE|REAL)/.test(type) || (scale !== undefined && scale !== "0");
  return isFraction && WHOLE_NUMBER.test(name) ? "rounded" : null;
}

/** JSON is a text too. */
const isText = (type: string): boolean => /^(VARCHAR|JSON)\b/.test(type);

/** A text keeps its form only as a text. */
export function consequencesOf(
  { table: name, column: of, to }: ChangeOf<"change_type">,
  { tables }: Pick<AdviceInput, "tables">,
): string[] {
  const table = tables.find((each) => each.name === name);
  const column = table?.columns.find((each) => each.name === of);
  if (column === undefined || !isText(column.type) || to.name === "ENUM") return [];
  return [
    `A text that is written later in another form is stored in the form of ${to.name}, without an error (${FORMS[to.name]}), and a rollback does not bring it back as it was written; one that is no ${to.name} is rejected.`,
  ];
}

const FORMS: Record<Exclude<TargetType["name"], "ENUM">, string> = {
  DATE: "2026-01-05 10:00 loses its time, 2026-1-5 becomes 2026-01-05",
  TIMESTAMP: "2026-01-05 becomes 2026-01-05 00:00:00, a time zone is lost",
  UUID: "capitals become small letters",
  TINYINT: "1.5 is rounded, 007 becomes 7",
  SMALLINT: "1.5 is rounded, 007 becomes 7",
  INTEGER: "1.5 is rounded, 007 becomes 7",
  BIGINT: "1.5 is rounded, 007 becomes 7",
};
