import { DuckDBInstance } from "@duckdb/node-api";
import { asNode, asNodes, asText, descend } from "./ast";
import { PRIVATE_SETTINGS } from "./engine";

/** What DuckDB makes of a text that is said to be a type. */
type TypeReading =
  /** `type`: as DuckDB itself writes it. */
  { isType: true; type: string } | { isType: false; reason: string };

/**
 * What a change of type does to values: `same` type; every value is kept (`holds`); there is a type for
 * both, but some values may be rounded or refused (`narrows`); the types have nothing in common.
 */
type Conversion = "same" | "holds" | "narrows" | "unrelated";

/** DuckDB's word on types, from a private database without files, network or extensions. */
export interface TypeReader {
  read(text: string): Promise<TypeReading>;
  /** null where one of the texts is no type. */
  compare(from: string, to: string): Promise<Conversion | null>;
  /** Whether the value, written as text, is one of `from` that `to` cannot hold. */
  loses(value: string, from: string, to: string): Promise<boolean>;
  /** Whether the text is a value of the type, a number exactly so. */
  holds(value: string, type: string): Promise<boolean>;
  close(): void;
}

const TYPE_LENGTH_MAX = 500;
const COLLATED = /^(.+?)\s+COLLATE\s+([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)$/is;
const SERIALIZE = "SELECT json_serialize_sql($1::VARCHAR)";

// The line break ends a comment that the text may end with.
const castOf = (type: string): string => `CAST(NULL AS ${type}\n)`;

/** Whole numbers and fractions that a floating-point type keeps exactly; of all others it rounds some. */
const EXACT: Readonly<Record<string, readonly string[]>> = {
  FLOAT: ["BOOLEAN", "TINYINT", "UTINYINT", "SMALLINT", "USMALLINT"],
  DOUBLE: [
    ...["BOOLEAN", "TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER"],
    "FLOAT",
  ],
};

/** Opens the reader. A text becomes part of a statement only after the parser has read it as one type. */
export async function openTypeReader(): Promise<TypeReader> {
  const instance = await DuckDBInstance.create(":memory:", PRIVATE_SETTINGS);
  const connection = await instance.connect();
  const first = async (sql: string, values: string[] = []): Promise<unknown> => {
    const reader = await connection.runAndReadAll(sql, values);
    return reader.getRowsJson()[0]?.[0];
  };
  const frame = async (type: string) =>
    frameOf(asText(await first(SERIALIZE, [`SELECT ${castOf(type)}`])));
  const expected = await frame("INTEGER");

  const readPlain = async (type: string): Promise<TypeReading> => {
    const fault = faultOf(type);
    if (fault !== null) return none(fault);
    if ((await frame(type)) !== expected)
      return none("DuckDB's parser does not read it as one type");
    try {
      return { isType: true, type: asText(await first(`SELECT typeof(${castOf(type)})`)) };
    } catch (error) {
      return none(firstLine(error));
    }
  };
  const readCollated = async (type: string, collation: string): Promise<TypeReading> => {
    const base = await readPlain(type);
    if (!base.isType) return base;
    if (base.type !== "VARCHAR") return none("only texts have a collation");
    for (const part of collation.split(".")) {
      const sql =
        "SELECT count(*)::INTEGER FROM pragma_collations() WHERE lower(collname) = lower($1)";
      if ((await first(sql, [part])) === 0) return none("DuckDB knows no such collation");
    }
    return { isType: true, type: `VARCHAR COLLATE ${collation}` };
  };
  const read = (text: string): Promise<TypeReading> => {
    const [, type, collation] = COLLATED.exec(text.trim()) ?? [];
    if (type === undefined || collation === undefined) return readPlain(text.trim());
    return readCollated(type, collation);
  };
  /** Both types as DuckDB writes them, without their collations, which keep every value. */
  const readBoth = async (from: string, to: string): Promise<[string, string] | null> => {
    const [a, b] = [await read(from), await read(to)];
    return a.isType && b.isType ? [bare(a.type), bare(b.type)] : null;
  };
  return {
    read,
    async compare(from, to) {
      const types = await readBoth(from, to);
      if (types === null) return null;
      const [a, b] = types;
      if (a === b) return "same";
      if (a.startsWith("ENUM(") && (await first(labelsHeldSql(a, b)).catch(() => false)) === true) {
        return "holds";
      }
      const both = `SELECT typeof(CASE WHEN true THEN ${castOf(a)} ELSE ${castOf(b)} END)`;
      return judge(a, b, asText(await first(both).catch(() => "")));
    },
    async loses(value, from, to) {
      const types = await readBoth(from, to);
      if (types === null) return false;
      const [a, b] = types;
      const known = `TRY_CAST($1::VARCHAR AS ${a}\n)`;
      const sql = `SELECT ${known} IS NOT NULL AND TRY_CAST(${known} AS ${b}\n) IS NULL`;
      return (await first(sql, [value]).catch(() => false)) === true;
    },
    async holds(value, type) {
      const known = await read(type);
      if (!known.isType) return false;
      const typed = `TRY_CAST($1::VARCHAR AS ${bare(known.type)}\n)`;
      const isExact = EXACT_NUMBER.test(known.type)
        ? ` AND CAST(${typed} AS DOUBLE) = TRY_CAST($1::VARCHAR AS DOUBLE)`
        : "";
      const sql = `SELECT coalesce(${typed} IS NOT NULL${isExact}, false)`;
      return (await first(sql, [value]).catch(() => false)) === true;
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Types that round what they do not hold. */
const EXACT_NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(.*\))$/;

const none = (reason: string): TypeReading => ({ isType: false, reason });

const bare = (type: string): string => COLLATED.exec(type)?.[1] ?? type;

function faultOf(type: string): string | null {
  if (type === "") return "no type is given";
  if (type.length > TYPE_LENGTH_MAX) return `it has more than ${TYPE_LENGTH_MAX} characters`;
  return /[^\P{C}\s]/u.test(type) ? "it contains an invisible character" : null;
}

/**
 * What stands around the type in a serialized `SELECT CAST(NULL AS …)`: equal for any text that is one
 * type and nothing else. null where the parser takes no SELECT of it, or the type holds more than names
 * and constants.
 */
function frameOf(serialized: string): string | null {
  const root = asNode(JSON.parse(serialized));
  if (root === null || root.error !== false || asNodes(root.statements).length !== 1) return null;
  let isPlain = true;
  const text = JSON.stringify(root, (key, value: unknown) => {
    if (key === "query_location") return undefined;
    if (key !== "cast_type") return value;
    isPlain &&= [...descend(value)].every(
      (node) => node.class === undefined || /^(CONSTANT|TYPE)$/.test(asText(node.class)),
    );
    return "type";
  });
  return isPlain ? text : null;
}

/** Every label of the ENUM is a value of the other type, and comes back as it was. */
const labelsHeldSql = (from: string, to: string): string =>
  `SELECT bool_and(coalesce(TRY_CAST(label AS ${to}\n)::VARCHAR = label, false))
   FROM (SELECT unnest(enum_range(${castOf(from)}))::VARCHAR AS label)`;

const isText = (type: string): boolean => type === "VARCHAR" || type.startsWith("ENUM(");

/** `common`: the type that DuckDB takes for values of both, empty where it finds none. */
function judge(from: string, to: string, common: string): Conversion {
  // Every value has a text; not every text is a value.
  if (to === "VARCHAR") return "holds";
  if (isText(from)) return "narrows";
  if (common === to) return isRounded(from, to) ? "narrows" : "holds";
  return common === "" || isText(common) ? "unrelated" : "narrows";
}

function isRounded(from: string, to: string): boolean {
  const exact = EXACT[to];
  if (exact !== undefined) return !exact.includes(from);
  // Inside lists, structs and maps the same holds; they are not taken apart.
  return /\b(FLOAT|DOUBLE)\b/.test(to) && /[[(]/.test(to);
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]?.slice(0, 200) ?? "";
