import {
  type AnalyzeRequest,
  PRODUCT_SCHEMA,
  type ProductFault,
  type ProductSchema,
} from "@/server/contracts";
import { AppError } from "@/server/platform";

const LETTER = String.raw`(?:[A-Za-z_]|(?!\p{Z})\P{ASCII})`;
const PART = `(?:"(?:[^"]|"")+"|${LETTER}(?:${LETTER}|[0-9$])*)`;
/** A table, its schema and its catalog at most. */
const PATH = new RegExp(String.raw`^\s*${PART}(?:\s*\.\s*${PART}){0,2}\s*$`, "u");

/** Parts of a name written as SQL (`main."order lines"`), unquoted; null for anything else. */
function pathOf(name: string): string[] | null {
  if (!PATH.test(name)) return null;
  const parts = name.match(new RegExp(PART, "gu")) ?? [];
  return parts.map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
}

/** Whether a name, read as SQL, is another than as it stands: with its schema, or in quotes. */
export function isPath(name: string): boolean {
  const [table = name, ...more] = pathOf(name) ?? [];
  return table !== name || more.length > 0;
}

const isMain = (schema: string): boolean => schema.toLowerCase() === PRODUCT_SCHEMA;

const folded = (name: string): string => name.normalize("NFC").toLowerCase();

/**
 * A name as it is spelled among others: itself, or the only one that differs in case or in how its
 * letters are composed. DuckDB folds ASCII letters alone, so that `Öl` and `öl` may be two tables.
 */
export function spelledIn(names: readonly string[], name: string): string | undefined {
  if (names.includes(name)) return name;
  const alike = names.filter((each) => folded(each) === folded(name));
  return alike.length === 1 ? alike[0] : undefined;
}

/**
 * The table that a request means: the name as the catalog has it, of any letters and signs. Where there
 * is none of that name (`find` answers undefined), it is read as SQL would be, quoted or with its schema.
 * Throws `invalid_input` for a table of another schema; what is not found is answered as SQL reads it.
 */
export function resolveTableName(name: string, find: (name: string) => string | undefined): string {
  const [table = name, schema = PRODUCT_SCHEMA] = (pathOf(name) ?? []).reverse();
  const found = find(name) ?? (isMain(schema) ? find(table) : undefined);
  if (found !== undefined) return found;
  if (isMain(schema)) return table;
  throw otherSchema(name, schema);
}

function otherSchema(name: string, schema: string): AppError {
  const text =
    `There is no table ${name} in schema ${PRODUCT_SCHEMA}, and changes are suggested for tables of ` +
    `that schema only, not of ${schema}.`;
  return new AppError("invalid_input", text, {
    details: { reason: "other_schema", table_name: name, schema },
  });
}

/** The request with its table as the product's catalog spells it. Throws `not_found`, `invalid_input`. */
export function withCatalogName(
  request: AnalyzeRequest,
  { product_id, tables, views = [] }: ProductSchema,
  leftOut: ProductFault | undefined,
): AnalyzeRequest {
  const asked = request.context.table_name;
  if (asked === undefined) return request;
  const names = tables.map(({ name }) => name);
  const table_name = resolveTableName(asked, (name) => spelledIn(names, name));
  if (names.includes(table_name)) {
    return { ...request, context: { ...request.context, table_name } };
  }
  const viewNames = views.map(({ name }) => name);
  const isView = spelledIn(viewNames, table_name) !== undefined;
  const why = isView ? "That is a view: name a table it reads." : leftOut?.message;
  const text = `Data product ${product_id} has no table ${asked}.`;
  throw new AppError("not_found", why === undefined ? text : `${text} ${why}`, {
    details: { tables: names },
  });
}
