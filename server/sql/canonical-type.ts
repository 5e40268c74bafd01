/** Types as DuckDB's catalog prints them, with their other names, as duckdb_types() lists them. */
const NAMES = new Map<string, string>();
for (const [name, others] of Object.entries({
  BIGINT: "INT8 INT64 LONG OID",
  BLOB: "BYTEA BINARY VARBINARY",
  BOOLEAN: "BOOL LOGICAL",
  DOUBLE: "FLOAT8 DOUBLE_PRECISION",
  FLOAT: "FLOAT4 REAL",
  HUGEINT: "INT128",
  INTEGER: "INT INT4 INT32 SIGNED INTEGRAL",
  SMALLINT: "INT2 INT16 SHORT",
  TIMESTAMP: "DATETIME TIMESTAMP_US TIMESTAMP_WITHOUT_TIME_ZONE",
  "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ TIMESTAMP_WITH_TIME_ZONE",
  TINYINT: "INT1",
  UBIGINT: "UINT64",
  UHUGEINT: "UINT128",
  UINTEGER: "UINT32",
  USMALLINT: "UINT16",
  UTINYINT: "UINT8",
  UUID: "GUID",
  VARCHAR: "TEXT STRING CHAR CHARACTER CHARACTER_VARYING BPCHAR NVARCHAR",
  ...{ DATE: "", TIME: "", INTERVAL: "", JSON: "", TIMESTAMP_S: "", TIMESTAMP_MS: "" },
  ...{ TIMESTAMP_NS: "", ENUM: "", STRUCT: "", MAP: "", UNION: "", DECIMAL: "NUMERIC DEC" },
})) {
  for (const each of [name, ...others.split(" ").filter(Boolean)]) NAMES.set(each, name);
}
/** TIMESTAMP(3) and the like, by digits of a second. */
const TIMESTAMPS = ["TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS"];

const LIST = /^(?<element>.*?) ?(?<ends>(?:\[\d*\])+)$/s;
const COLLATED = /^(?:TEXT|STRING|VARCHAR|CHAR)(?: ?\(\d+\))? (?<collation>COLLATE .*)$/i;
const WRITTEN = /^(?<name>[\w ]+?) ?(?:\((?<inside>.*)\)(?<rest>[A-Za-z ]*))?$/s;

/** A column's type as DuckDB's catalog prints it, however somebody wrote it; unknown ones stay. */
export function canonicalType(type: string): string {
  const text = type.trim().replace(/\s+/g, " ");
  const { element, ends } = LIST.exec(text)?.groups ?? {};
  if (element !== undefined) return `${canonicalType(element)}${ends}`;
  const collation = COLLATED.exec(text)?.groups?.collation;
  if (collation !== undefined) return `VARCHAR ${collation.toUpperCase()}`;
  const { name = "", inside, rest = "" } = WRITTEN.exec(text)?.groups ?? {};
  const words = `${name} ${rest}`.trim().replace(/\s+/g, "_").toUpperCase();
  const known = NAMES.get(words) ?? NAMES.get(words.replaceAll("_", " "));
  if (known === undefined) return text;
  if (known === "DECIMAL") return decimal(inside ?? "18,3");
  if (known === "TIMESTAMP") return TIMESTAMPS[Math.ceil(Number(inside ?? 6) / 3)] ?? known;
  // A VARCHAR has no length.
  return /^(ENUM|STRUCT|MAP|UNION)$/.test(known) && inside !== undefined
    ? `${known}(${inside})`
    : known;
}

function decimal(inside: string): string {
  const [width = "", scale = "0"] = inside.split(",").map((part) => part.trim());
  return `DECIMAL(${width},${scale})`;
}
