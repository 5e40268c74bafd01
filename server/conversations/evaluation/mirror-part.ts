import type {
  AgentAddress,
  ColumnSchema,
  ProposalDetails,
  SchemaProposalSubject,
  TableSchema,
} from "@/server/contracts";
import { formatCount, formatList, formatPlural, shortSql } from "@/server/format";
import { type Part, part } from "./finding";
import {
  asTouched,
  dependentsOf,
  findColumn,
  findTable,
  type KnownHere,
  type ReadText,
  readersOf,
} from "./known-here";
import { targetType } from "./to-change";

/** What a proposal means for a table of the same name that our product keeps: a mirror of the sender's. */
export function findMirrorPart(
  here: KnownHere,
  { operation, details }: SchemaProposalSubject,
  sender: AgentAddress,
): Promise<Part> {
  const table = findTable(here, details.table);
  if (table === undefined) return Promise.resolve(part({}));
  switch (operation) {
    case "add_column":
      return addColumn(here, { table, details, sender });
    case "add_table":
      return Promise.resolve(takenTable({ table, details, sender }));
    case "change_type":
      return changeType(here, { table, details });
    case "drop_column":
    case "rename_column":
      return Promise.resolve(loseColumn(here, { table, details, operation }));
  }
}

interface Mirror {
  table: TableSchema;
  details: ProposalDetails;
}
type Sent = Mirror & { sender: AgentAddress };

const touchedTable = ({ name, row_count: rows }: TableSchema) => ({ kind: "table", name, rows });

async function addColumn(here: KnownHere, { table, details, sender }: Sent): Promise<Part> {
  const present = findColumn(table, details.column_name);
  if (present !== undefined) return presentColumn(here, { table, details, sender }, present);
  const { default: value = null, required } = details;
  const isUnfillable = required && value === null && table.row_count > 0;
  const stars = readersOf(here, table.name).filter(({ selectsStar }) => selectsStar);
  const reasons = [
    `Table ${table.name} is kept here too (${formatCount(table.row_count)} rows): the same column is added to it.`,
    ...(stars.length === 0
      ? []
      : [`${formatPlural(stars.length, "text")} with SELECT * would show it as well.`]),
    ...(isUnfillable
      ? [
          "NOT NULL without a default has no value for the rows that are here: without NOT NULL it fits.",
        ]
      : []),
  ];
  return part({
    reasons,
    touches: [touchedTable(table), ...stars.map(asTouched)],
    wanted: isUnfillable ? { required: false } : {},
    changes: [
      {
        kind: "add_column",
        table: table.name,
        column: details.column_name,
        type: details.column_type,
        default: value,
        is_required: required && !isUnfillable,
        references: null,
      },
    ],
  });
}

/** The mirror has a column of the name: the same one, one of another type, or another thing altogether. */
async function presentColumn(
  here: KnownHere,
  { table, details, sender }: Sent,
  present: ColumnSchema,
): Promise<Part> {
  const name = `${table.name}.${present.name}`;
  const touches = [touchedTable(table), { kind: "column", name, type: present.type }];
  const conversion = await here.types.compare(present.type, details.column_type);
  if (conversion === "same") {
    return part({ touches, reasons: [`${name} exists here already, as ${present.type}.`] });
  }
  if (conversion === "holds" || conversion === "narrows") {
    const reason = `${name} exists here already, as ${present.type}, not ${details.column_type}.`;
    return part({ touches, reasons: [reason], wanted: { column_type: present.type } });
  }
  const reason = `${name} exists here already for something else: it is ${present.type}.`;
  const column_name = freeName(table, `${sender.domain}_${details.column_name}`);
  // What we would accept is tested like the proposal itself.
  const other = await addColumn(here, { table, details: { ...details, column_name }, sender });
  return part({
    ...other,
    reasons: [reason, ...other.reasons],
    wanted: { ...other.wanted, column_name },
  });
}

/** The name as a plain word that the table does not use yet. */
function freeName(table: TableSchema, wanted: string): string {
  const plain = wanted.replaceAll(/[^\p{L}\p{N}_]/gu, "_").slice(0, 180);
  let name = plain;
  for (let number = 2; findColumn(table, name) !== undefined; number += 1) {
    name = `${plain}_${number}`;
  }
  return name;
}

function takenTable({ table, details, sender }: Sent): Part {
  return part({
    touches: [touchedTable(table)],
    reasons: [
      `Table ${table.name} exists here already, with ${formatPlural(table.columns.length, "column")}.`,
    ],
    wanted: { table: `${sender.domain}_${details.table}`.replaceAll(/[^\p{L}\p{N}_]/gu, "_") },
  });
}

const SHOWN_MAX = 5;

const namesOf = (readers: readonly ReadText[]): string =>
  formatList(
    readers
      .slice(0, SHOWN_MAX)
      .map(({ kind, name }) => (kind === "view" ? `view ${name}` : `“${shortSql(name)}”`)),
  );

/** A column that is dropped, or goes by another name: what reads it here would fail. */
function loseColumn(
  here: KnownHere,
  { table, details, operation }: Mirror & { operation: "drop_column" | "rename_column" },
): Part {
  const column = findColumn(table, details.column_name);
  if (column === undefined) {
    return part({
      touches: [touchedTable(table)],
      reasons: [`Table ${table.name} is kept here without a column ${details.column_name}.`],
    });
  }
  const readers = readersOf(here, table.name, column.name);
  const dependents = dependentsOf(here, table, column.name);
  const touches = [touchedTable(table), ...readers.map(asTouched), ...dependents];
  const name = `${table.name}.${column.name}`;
  if (readers.length + dependents.length === 0) {
    return part({ touches, reasons: [`Nothing here reads ${name}; it is kept as it is.`] });
  }
  const verb = operation === "drop_column" ? "dropped" : "renamed";
  return part({
    ...{ isRejected: true, touches },
    reasons: [
      ...(readers.length === 0
        ? []
        : [
            `${name} must not be ${verb}: ${formatPlural(readers.length, "query or view reads", "queries and views read")} it here, ${namesOf(readers)}.`,
          ]),
      ...(dependents.length === 0
        ? []
        : [`${formatList(dependents.map((one) => `${one.kind} ${one.name}`))} would be lost.`]),
    ],
  });
}

async function changeType(here: KnownHere, { table, details }: Mirror): Promise<Part> {
  const column = findColumn(table, details.column_name);
  if (column === undefined) return part({ touches: [touchedTable(table)] });
  const { column_type: proposed } = details;
  const readers = readersOf(here, table.name, column.name);
  const dependents = dependentsOf(here, table, column.name);
  const touches = [touchedTable(table), ...readers.map(asTouched), ...dependents];
  const name = `${table.name}.${column.name}`;
  const conversion = await here.types.compare(column.type, proposed);
  if (conversion === "same") {
    return part({ touches, reasons: [`${name} is ${column.type} here already.`] });
  }
  const isLossy =
    conversion !== "holds" &&
    (conversion !== "narrows" || (await losesEnds(here, column, proposed)));
  if (isLossy) {
    const read = readers.length === 0 ? "" : `, and is read by ${namesOf(readers)}`;
    const reason = `${proposed} does not hold the values of ${name}, which is ${column.type}${read}.`;
    return part({ touches, reasons: [reason], wanted: { column_type: column.type } });
  }
  const to = targetType(proposed);
  if (to === null) {
    return part({
      touches,
      reasons: [`${name} stays ${column.type} here: ${proposed} holds its values.`],
    });
  }
  return part({
    touches,
    reasons: [`${name} is kept here too: the same change is made to it.`],
    changes: [
      { kind: "change_type", table: table.name, column: column.name, from: column.type, to },
    ],
  });
}

/** Of values there are, the smallest and largest are known: does the type lose one of them? */
async function losesEnds({ types }: KnownHere, column: ColumnSchema, to: string): Promise<boolean> {
  const { min = null, max = null } = column.statistics ?? {};
  for (const value of [min, max]) {
    if (value !== null && (await types.loses(value, column.type, to))) return true;
  }
  return false;
}
