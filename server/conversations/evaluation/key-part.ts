import type { ColumnSchema, ProposalDetails, TableSchema } from "@/server/contracts";
import { formatCount } from "@/server/format";
import { type Part, part } from "./finding";
import {
  findColumn,
  findTable,
  isDeclaredKey,
  isSameName,
  type KnownHere,
  looksUnique,
} from "./known-here";

interface Key {
  table: TableSchema;
  column: ColumnSchema;
}

/**
 * What the proposal's column means for a key of ours that its values point to: whether there is one,
 * whether the types are the same, and what is missing for it to be one.
 */
export async function findKeyPart(here: KnownHere, details: ProposalDetails): Promise<Part> {
  const key = findKey(here, details);
  if (key === null) return part({});
  if (typeof key === "string") return part({ isRejected: true, reasons: [key] });
  const type = await compareTypes(here, details, key);
  const { table, column } = key;
  const touches = [
    { kind: "table", name: table.name },
    { kind: "column", name: `${table.name}.${column.name}`, type: column.type },
    ...type.touches,
  ];
  const own = declareKey(key);
  return part({
    ...{ isRejected: own.isRejected, touches, changes: own.changes, wanted: type.wanted },
    reasons: [...type.reasons, ...own.reasons],
  });
}

/** The key that is named, or that has the column's name; a sentence: one is named that is none here. */
function findKey(here: KnownHere, details: ProposalDetails): Key | string | null {
  const { references, column_name: name } = details;
  const { product_id: own } = here.schema;
  if (references === undefined) return findNamesake(here, details);
  const isOurs = references.product_id === own;
  if (references.product_id !== undefined && !isOurs) return null;
  const table = findTable(here, references.table);
  // It may be another recipient's where no product is named.
  if (table === undefined) {
    return isOurs
      ? `${name} refers to ${references.table}, and there is no such table here.`
      : null;
  }
  const column = findColumn(table, references.column);
  return column === undefined
    ? `${name} refers to ${table.name}.${references.column}, and ${table.name} has no such column.`
    : { table, column };
}

/**
 * A key of ours with the name of the new column: `risk_assessment_id` of risk_assessments. A declared one
 * before one whose values are known to look like it.
 */
function findNamesake(here: KnownHere, { table, column_name }: ProposalDetails): Key | null {
  const namesakes = here.schema.tables.flatMap((own): Key[] => {
    const column = findColumn(own, column_name);
    return column === undefined || isSameName(own.name, table) ? [] : [{ table: own, column }];
  });
  const isKnownUnique = ({ table: own, column }: Key) =>
    own.row_count > 0 && column.statistics !== null && looksUnique(own, column);
  return (
    namesakes.find(({ table: own, column }) => isDeclaredKey(own, column.name)) ??
    namesakes.find(isKnownUnique) ??
    null
  );
}

const isText = (type: string): boolean => /^(VARCHAR|ENUM)/i.test(type);

/** Equal types join as they are; a wider one holds every key, unless it makes a text of it. */
async function compareTypes(
  { types }: KnownHere,
  { column_name: name, column_type: proposed }: ProposalDetails,
  { table, column }: Key,
): Promise<Part> {
  const conversion = await types.compare(column.type, proposed);
  const key = `${table.name}.${column.name}`;
  if (conversion === "same") {
    return part({ reasons: [`${key} here is ${column.type}, as proposed for ${name}.`] });
  }
  if (conversion === "holds" && !(isText(proposed) && !isText(column.type))) {
    return part({ reasons: [`${proposed} holds every value of ${key}, which is ${column.type}.`] });
  }
  const why =
    conversion === "holds"
      ? "a join would convert every row, and text that is no key would be taken"
      : conversion === "narrows"
        ? "it does not hold every key"
        : "the types have nothing in common";
  return part({
    reasons: [`${name} is proposed as ${proposed}; ${key} here is ${column.type}: ${why}.`],
    touches: [{ kind: "type_conflict", name: key, proposed, ours: column.type }],
    wanted: { column_type: column.type },
  });
}

/** Declares the column a key where it is none yet and its values may be one: the shadow copy decides. */
function declareKey({ table, column }: Key): Part {
  const key = `${table.name}.${column.name}`;
  if (isDeclaredKey(table, column.name)) {
    return part({ reasons: [`${key} is declared a key.`] });
  }
  if (!looksUnique(table, column)) {
    const { distinct_count: distinct = 0, null_fraction: nulls = 0 } = column.statistics ?? {};
    const missing = nulls > 0 ? ", and some are missing" : "";
    const reason = `${key} is no key: about ${formatCount(distinct)} different values in ${formatCount(table.row_count)} rows${missing}.`;
    return part({ isRejected: true, reasons: [reason] });
  }
  const hasPrimary = table.constraints.some(({ type }) => type === "PRIMARY KEY");
  const constraint = hasPrimary ? "UNIQUE" : "PRIMARY KEY";
  return part({
    reasons: [`${key} is not declared a key yet: ${constraint} is tested on a copy of the data.`],
    changes: [{ kind: "add_constraint", table: table.name, constraint, columns: [column.name] }],
  });
}
