import { AppError } from "@/server/platform/errors";

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--|\/\*|\$|[\s\S]/g;
const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/**
 * True when an expression from a catalog, put between parentheses, cannot reach beyond them: every
 * quote and bracket closes, and there is no semicolon, comment, dollar quote or NUL.
 */
export function isConfined(expression: string): boolean {
  const open: string[] = [];
  for (const token of expression.match(TOKEN) ?? []) {
    if (/^['"]$|^--$|^\/\*$|^[;$\0]$/.test(token)) return false;
    if (/^[([{]$/.test(token)) open.push(token);
    else if (/^[)\]}]$/.test(token) && open.pop() !== PAIRS[token]) return false;
  }
  return open.length === 0;
}

/** The expression in parentheses. Throws `not_executable` when it is not confined. */
export function confine(expression: string, what: string): string {
  if (isConfined(expression)) return `(${expression})`;
  throw new AppError("not_executable", `The ${what} cannot be repeated safely in a rebuild.`);
}

const TYPE_TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_]*|\d+|[(),[\]]|\s+/y;
const COLLATED = /^VARCHAR COLLATE [A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
const MULTIWORD = /^(timestamp|time) with time zone$|^double precision$|^character varying$/i;

/**
 * A DuckDB type as CREATE TABLE takes it. Throws `not_executable` for anything that is not only a
 * type: outside parentheses one type name may stand, and no other word but a text's collation.
 */
export function checkedType(type: string): string {
  if (COLLATED.test(type)) return type;
  const words: string[] = [];
  let depth = 0;
  TYPE_TOKEN.lastIndex = 0;
  for (let index = 0; index < type.length; index = TYPE_TOKEN.lastIndex) {
    const token = TYPE_TOKEN.exec(type)?.[0];
    if (token === undefined) throw unknownType(type);
    if (token === "(") depth++;
    else if (token === ")") depth--;
    else if (depth === 0 && (token === "," || /^['\d]/.test(token))) {
      if (!/\[\d*$/.test(type.slice(0, index))) throw unknownType(type);
    } else if (depth === 0 && /^[A-Za-z_"]/.test(token)) words.push(token);
    if (depth < 0) throw unknownType(type);
  }
  const isName = words.length === 1 || MULTIWORD.test(words.join(" "));
  if (depth !== 0 || !isName || !isConfined(type)) throw unknownType(type);
  return type;
}

function unknownType(type: string): AppError {
  return new AppError(
    "not_executable",
    `The column type ${JSON.stringify(type)} is not understood.`,
  );
}
