import type { Change, TableSchema } from "@/server/contracts";
import type { WriteOutcome } from "@/server/proving/measure/writes/try-write";
import { referencedTable } from "../../plan/table-sql";
import type { RandomWrite } from "./random-writes";

/** A write that ends otherwise while a plan is applied. */
export interface BrokenWrite {
  write: RandomWrite;
  before: WriteOutcome;
  after: WriteOutcome;
}

/**
 * What the drawbacks of a change must say where it breaks this write; null: it may not break it. Each
 * is a consequence of what was asked for (a key refuses what is there twice), and no other is.
 */
export function warningOf(
  change: Change,
  { write, before, after }: BrokenWrite,
  tables: readonly TableSchema[],
): RegExp | null {
  if (change.kind === "add_column") return warningOfColumn(change, { write, after });
  if (write.table !== change.table) return null;
  const kind = "error" in after ? after.error : "";
  switch (change.kind) {
    // An update of an indexed column is a delete and an insert, which a foreign key forbids.
    case "add_index":
      return isReferenced(change.table, tables) && isForeignKey(after) ? /foreign key/i : null;
    // What ON CONFLICT names is a key now, or what a key refuses.
    case "add_constraint":
      return kind === "Constraint Error" || "error" in before || isConditional(write)
        ? /rejected|NULL/
        : null;
    // A value that does not fit, or a comparison with a value that is none of the type.
    case "change_type":
      return /^(Conversion|Constraint|Invalid Input|Out of Range|Binder) Error$/.test(kind) ||
        isComparing(write)
        ? /rejected|must fit|fail/
        : null;
    // A unique index is a rule of the data, and a foreign key may have refused for an index's sake.
    case "drop_index":
      return isUnique(change, tables) || isForeignKey(before) ? /unique|foreign key/i : null;
    default:
      return null;
  }
}

/** What names no value of a column that needs one, or none of a key; and what is referred to must stay. */
function warningOfColumn(
  { table, default: value, is_required, references }: Extract<Change, { kind: "add_column" }>,
  { write, after }: Pick<BrokenWrite, "write" | "after">,
): RegExp | null {
  if (references !== null && isForeignKey(after)) return /foreign key/i;
  const isLacking = is_required && value === null && write.table === table;
  return isLacking && "error" in after && after.error === "Constraint Error" ? /required/ : null;
}

const isForeignKey = (outcome: WriteOutcome): boolean =>
  "message" in outcome && /foreign key/i.test(outcome.message);

const isReferenced = (name: string, tables: readonly TableSchema[]): boolean =>
  tables.some(({ constraints }) =>
    constraints.some((each) => referencedTable(each) === name.toLowerCase()),
  );

/** Its effect depends on which keys there are. */
const isConditional = ({ statements }: RandomWrite): boolean =>
  statements.some((sql) => /ON CONFLICT|OR REPLACE/.test(sql));

const isComparing = ({ statements }: RandomWrite): boolean =>
  statements.some((sql) => / WHERE (?!id = )/.test(sql));

function isUnique(
  { table, index }: Extract<Change, { kind: "drop_index" }>,
  tables: readonly TableSchema[],
): boolean {
  const owner = tables.find(({ name }) => name === table);
  return owner?.indexes.find(({ name }) => name === index)?.is_unique ?? false;
}
