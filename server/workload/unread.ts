import type { Engine } from "./engine";
import { isText, tokenize, writeTarget } from "./fold-text";
import type { NormalizedQuery, Unread } from "./shape";
import { tooCostly } from "./text-limits";

/** Ways to write a parameter that DuckDB has not, or that it reads as something else (`@` is abs). */
const AT_PARAMETER = /(?<![\w@])@[A-Za-z_]\w*/;
const FOREIGN_PARAMETERS: readonly RegExp[] = [
  AT_PARAMETER,
  /(?<![:\w']):[A-Za-z_]\w*/,
  /%s\b|%\(\w+\)s/,
  /#\{[^}]*\}/,
];
const TEMPLATES = /\{\{|\{%|\$\{|<%|\{[A-Za-z_]\w*\}/;

/** Why a text could not be read; null: it was, or it is a write whose table is known. */
export async function explainUnread(
  engine: Engine,
  sql: string,
  query: NormalizedQuery,
): Promise<Unread | null> {
  const costly = tooCostly(sql);
  if (costly !== null) return { reason: "too_costly", message: costly };
  const forms = query.isParsed ? [AT_PARAMETER] : FOREIGN_PARAMETERS;
  const bare = withoutTexts(sql);
  const isStrange = forms.some((form) => form.test(bare));
  if (query.isParsed && !isStrange) return null;
  const words = tokenize(sql).filter((token) => !isText(token) && !token.startsWith('"'));
  const text = words.join("");
  if (TEMPLATES.test(text)) {
    return {
      reason: "template",
      message: "it holds a template that was not filled in: send the text as it reaches DuckDB",
    };
  }
  if (isStrange) {
    return {
      reason: "placeholder",
      message: "it writes a parameter as DuckDB does not: use ?, $1 or $name",
    };
  }
  if (words.includes("`")) {
    return {
      reason: "other_dialect",
      message: "it has names in backticks: DuckDB takes double quotes",
    };
  }
  const problem = await engine.problemOf(sql);
  const isSeveral = words.slice(0, -1).includes(";");
  if (problem.kind === "syntax")
    return { reason: "syntax_error", message: nearText(problem.message) };
  if (problem.kind === "read" && problem.statements === 0) {
    return { reason: "syntax_error", message: "it holds no statement" };
  }
  if (isSeveral || (problem.kind === "read" && problem.statements > 1)) {
    return {
      reason: "several_statements",
      message: "it holds several statements: send each as a query of its own",
    };
  }
  if (query.kind !== "select" && query.kind !== "other" && writeTarget(sql)) return null;
  if (query.kind === "select") {
    return { reason: "unsupported", message: "DuckDB's parser cannot describe it" };
  }
  return { reason: "not_a_query", message: "it is neither a query nor a change of rows" };
}

// In order: comments, strings with escapes, plain and dollar-quoted ones, quoted names. A `$` within a
// word is a letter of it.
const OPAQUE =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(?<!\w)[eE]'(?:\\[\s\S]|[^'\\]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|(?<![\w$])\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?(?:\$\1\$|$)|"(?:[^"]|"")*(?:"|$)/g;

/** The text without comments, and with nothing in strings and quoted names. */
const withoutTexts = (sql: string): string =>
  sql.replace(OPAQUE, (text) => (/^[-/]/.test(text) ? " " : "''"));

/** `syntax error near "FORM"`: one word of the text, and only if it is one. */
function nearText(message: string): string {
  const near = /at or near "([^"]{1,30})"/.exec(message)?.[1];
  if (near === undefined) return "syntax error";
  return /^[\w.,;:()[\]*=<>+-]+$/.test(near) ? `syntax error near "${near}"` : "syntax error";
}
