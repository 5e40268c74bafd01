import {
  CalendarUnit,
  type Change,
  type ClusterTableChange,
  RequestableChange,
  TargetType,
} from "@/server/contracts";
import { refuseSql, StatementCursor } from "./statement-cursor";

/** What names of a statement are resolved against. */
export interface KnownTable {
  name: string;
  columns: readonly { name: string; type: string }[];
  indexes: readonly { name: string }[];
}

type Kind<Name extends Change["kind"]> = Extract<RequestableChange, { kind: Name }>;

/**
 * The change that a statement stands for: the forms of `changeStatement`, and no others. Names are found as
 * DuckDB finds them, whatever their case. Nothing of the text is kept but names, types and values.
 * Throws `invalid_input` (details: a pointer) for any other statement. Whether DuckDB can make the change is not
 * checked here.
 */
export function readChangeStatement(sql: string, tables: readonly KnownTable[]): RequestableChange {
  const cursor = new StatementCursor(sql);
  const change = readAny(cursor, tables);
  cursor.end();
  const parsed = RequestableChange.safeParse(change);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuseSql(`${issue?.path.join(".") ?? "The change"}: ${issue?.message ?? "not valid"}.`);
}

const FORMS =
  "CREATE INDEX, DROP INDEX, ALTER TABLE … TYPE, … SET NOT NULL, … ADD PRIMARY KEY, … ADD COLUMN, or CREATE OR REPLACE TABLE t AS SELECT * FROM t ORDER BY a";

function readAny(cursor: StatementCursor, tables: readonly KnownTable[]): RequestableChange {
  if (cursor.takes("create", "index")) return readIndex(cursor, tables);
  if (cursor.takes("drop", "index")) return readDroppedIndex(cursor, tables);
  if (cursor.takes("create", "or", "replace", "table")) return readOrder(cursor, tables);
  if (cursor.takes("alter", "table")) return readAlter(cursor, tables);
  throw refuseSql(`Only these changes can be edited: ${FORMS}.`);
}

/** The index is named by the sidecar, whatever it is called here. */
function readIndex(cursor: StatementCursor, tables: readonly KnownTable[]): Kind<"add_index"> {
  cursor.name("a name for the index");
  cursor.expect("on");
  const table = findTable(cursor.name("the table"), tables);
  const columns = cursor.list(() => cursor.name("a column"));
  const [column = "", ...more] = columns;
  if (more.length > 0) {
    throw refuseSql(
      "An index has one column: DuckDB looks up a single value by it. Ask for one index a column.",
    );
  }
  return { kind: "add_index", table: table.name, column: findColumn(table, column).name };
}

function readDroppedIndex(
  cursor: StatementCursor,
  tables: readonly KnownTable[],
): Kind<"drop_index"> {
  const name = cursor.name("the index");
  for (const table of tables) {
    const index = findByName(table.indexes, name);
    if (index !== undefined) return { kind: "drop_index", table: table.name, index: index.name };
  }
  throw refuseSql(`There is no index ${name}.`);
}

function readOrder(cursor: StatementCursor, tables: readonly KnownTable[]): ClusterTableChange {
  const table = findTable(cursor.name("the table"), tables);
  cursor.expect("as");
  cursor.takes("select", "*");
  cursor.expect("from");
  const source = findTable(cursor.name("the table"), tables);
  if (source.name !== table.name) {
    throw refuseSql(
      `Only the order of ${table.name} can be changed: it has to be read FROM itself.`,
    );
  }
  cursor.expect("order", "by");
  const column = () => findColumn(table, cursor.name("a column")).name;
  return { kind: "cluster_table", table: table.name, ...readKeys(cursor, column) };
}

/** `date_trunc('week', a)`, `a // 1000`, `morton(a, b)`, or columns one after the other. */
function readKeys(
  cursor: StatementCursor,
  column: () => string,
): Pick<ClusterTableChange, "keys" | "curve" | "step"> {
  if (cursor.takes("date_trunc", "(")) {
    const unit = CalendarUnit.safeParse(cursor.text("a calendar unit in quotes").toLowerCase());
    if (!unit.success) {
      throw refuseSql(`A range is one of ${CalendarUnit.options.join(", ")}.`);
    }
    cursor.expect(",");
    const keys = [column()];
    cursor.expect(")");
    return { keys, step: unit.data };
  }
  if (cursor.takes("morton")) return { keys: cursor.list(column), curve: "morton" };
  const keys = [ascending(cursor, column)];
  if (cursor.takes("/", "/") || cursor.takes("//")) {
    const width = Number(cursor.token("the width of a range"));
    if (!Number.isSafeInteger(width) || width < 2) {
      throw refuseSql("The width of a range is a whole number, 2 or more.");
    }
    return { keys, step: width };
  }
  while (cursor.takes(",")) keys.push(ascending(cursor, column));
  return { keys };
}

function ascending(cursor: StatementCursor, column: () => string): string {
  const key = column();
  if (cursor.takes("desc")) {
    throw refuseSql("Rows are stored in ascending order: scans skip as much either way.");
  }
  cursor.takes("asc");
  return key;
}

function readAlter(cursor: StatementCursor, tables: readonly KnownTable[]): RequestableChange {
  const table = findTable(cursor.name("the table"), tables);
  if (cursor.takes("alter")) {
    cursor.takes("column");
    const column = findColumn(table, cursor.name("a column"));
    if (cursor.takes("set", "not", "null")) return notNull(table.name, column.name);
    cursor.takes("set", "data");
    cursor.expect("type");
    const to = readTarget(cursor);
    return { kind: "change_type", table: table.name, column: column.name, from: column.type, to };
  }
  cursor.expect("add");
  if (cursor.takes("primary", "key")) {
    const columns = cursor.list(() => findColumn(table, cursor.name("a column")).name);
    return { kind: "add_constraint", table: table.name, constraint: "PRIMARY KEY", columns };
  }
  cursor.takes("column");
  return readNewColumn(cursor, table.name);
}

const notNull = (table: string, column: string): Kind<"add_constraint"> => ({
  ...{ kind: "add_constraint", table, constraint: "NOT NULL", columns: [column] },
});

function readTarget(cursor: StatementCursor): TargetType {
  if (cursor.takes("enum")) {
    return { name: "ENUM", values: cursor.list(() => cursor.text("a value in quotes")) };
  }
  const name = cursor.restUntil().toUpperCase();
  const target = TargetType.safeParse({ name });
  if (target.success) return target.data;
  throw refuseSql(
    "A column's type can become ENUM ('…'), DATE, TIMESTAMP, UUID, TINYINT, SMALLINT, INTEGER or BIGINT.",
  );
}

/** Whether the type is one, and the default a value of it, DuckDB says later. */
function readNewColumn(cursor: StatementCursor, table: string): Kind<"add_column"> {
  const column = cursor.name("the new column");
  const type = cursor.restUntil("default", "not", "references", "unique", "primary", "check");
  const value = cursor.takes("default") ? readDefault(cursor) : null;
  if (!cursor.isAtEnd) {
    throw refuseSql(
      "A column with constraints is not edited as SQL: request it on the page Workload, Test a change.",
    );
  }
  return {
    ...{ kind: "add_column", table, column, type, default: value },
    ...{ is_required: false, references: null },
  };
}

function readDefault(cursor: StatementCursor): string | number | boolean | null {
  if (cursor.takes("null")) return null;
  if (cursor.takes("true")) return true;
  if (cursor.takes("false")) return false;
  const sign = cursor.takes("-") ? "-" : "";
  const token = cursor.token("a value");
  if (/^\d+(\.\d+)?$/.test(token)) {
    const number = Number(`${sign}${token}`);
    // What JSON would round is kept as text.
    return String(number) === `${sign}${token}` ? number : `${sign}${token}`;
  }
  if (sign === "" && /^'([^']|'')*'$/.test(token)) return token.slice(1, -1).replaceAll("''", "'");
  throw refuseSql("A default is a value: a text in quotes, a number, TRUE, FALSE or NULL.");
}

/** The exact name first, as DuckDB prefers nothing: two names never differ by case alone. */
const findByName = <Named extends { name: string }>(
  all: readonly Named[],
  name: string,
): Named | undefined => all.find((each) => each.name.toLowerCase() === name.toLowerCase());

function findTable(name: string, tables: readonly KnownTable[]): KnownTable {
  const table = findByName(tables, name);
  if (table !== undefined) return table;
  throw refuseSql(`There is no table ${name}.`);
}

function findColumn(table: KnownTable, name: string): KnownTable["columns"][number] {
  const column = findByName(table.columns, name);
  if (column !== undefined) return column;
  throw refuseSql(`Table ${table.name} has no column ${name}.`);
}
