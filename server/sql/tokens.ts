/** One token of a statement, and whether white space or a comment stands before it. */
export interface WriteToken {
  text: string;
  /** In lower case where it is a bare word; the text itself otherwise. */
  word: string;
  isSpaced: boolean;
  /** Brackets open around it; a bracket itself counts with what is outside of it. */
  depth: number;
}

// In order: strings (also E'' and dollar-quoted), quoted names, parameters, types with numbers in
// brackets, numbers (hexadecimal ones and fractions included), words, anything else.
const TOKEN =
  /(?<space>(?:--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$)|\s)*)(?<text>[eExX]?'(?:[^']|'')*(?:'|$)|\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?(?:\$\3\$|$)|"(?:[^"]|"")*(?:"|$)|\$\w+|(?:decimal|numeric|dec|varchar|char|bpchar|bit)\s*\(\s*\d+\s*(?:,\s*\d+\s*)?\)|(?:\d[\w]*(?:\.\d*)?|(?<![\w")\]])\.\d+)(?:(?<=[eE])[+-]\d+)?|[\p{L}_][\p{L}\p{M}\p{N}_$]*|\S|$)/giu;

/** Tokens of one statement without comments and a final semicolon. Never throws. */
export function writeTokens(sql: string): WriteToken[] {
  let depth = 0;
  const tokens = [...sql.matchAll(TOKEN)].map(({ groups }) => {
    const text = groups?.text ?? "";
    if (text === ")" || text === "]") depth = Math.max(0, depth - 1);
    const token = {
      text,
      word: /^[\p{L}_]/u.test(text) ? text.toLowerCase() : text,
      isSpaced: (groups?.space ?? "") !== "",
      depth,
    };
    if (text === "(" || text === "[") depth++;
    return token;
  });
  while (tokens.at(-1)?.text === ";" || tokens.at(-1)?.text === "") tokens.pop();
  return tokens;
}

/** The text of some tokens: one space wherever something stood between them. */
export function joinTokens(tokens: readonly WriteToken[]): string {
  return tokens
    .map(({ text, isSpaced }, index) => `${isSpaced && index > 0 ? " " : ""}${text}`)
    .join("");
}
