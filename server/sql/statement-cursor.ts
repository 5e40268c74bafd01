import { AppError } from "@/server/platform/errors";
import { type WriteToken, writeTokens } from "./tokens";

/** Why a statement is refused, as an error that points to the text. */
export const refuseSql = (message: string): AppError =>
  new AppError("invalid_input", message, { details: { pointer: "/sql" } });

/** Reads a statement token by token. What is not as expected is refused with `invalid_input`. */
export class StatementCursor {
  private readonly tokens: readonly WriteToken[];
  private index = 0;

  constructor(sql: string) {
    this.tokens = writeTokens(sql);
  }

  get isAtEnd(): boolean {
    return this.index >= this.tokens.length;
  }

  /** Goes over these words if they come next; answers whether they did. */
  takes(...words: readonly string[]): boolean {
    const isNext = words.every((word, ahead) => this.tokens[this.index + ahead]?.word === word);
    if (isNext) this.index += words.length;
    return isNext;
  }

  /** Goes over these words, which must come next. */
  expect(...words: readonly string[]): void {
    if (!this.takes(...words)) throw this.unexpected(words.join(" ").toUpperCase());
  }

  /** A name, without its quotes. */
  name(what: string): string {
    const text = this.tokens[this.index]?.text ?? "";
    const isQuoted = /^"([^"]|"")+"$/.test(text);
    if (!isQuoted && !/^[\p{L}_][\p{L}\p{M}\p{N}_$]*$/u.test(text)) throw this.unexpected(what);
    this.index++;
    if (this.tokens[this.index]?.text === ".") {
      throw refuseSql(`Write ${what} alone, without what it belongs to before a dot.`);
    }
    return isQuoted ? text.slice(1, -1).replaceAll('""', '"') : text;
  }

  /** One token as it is written. */
  token(what: string): string {
    const text = this.tokens[this.index]?.text;
    if (text === undefined) throw this.unexpected(what);
    this.index++;
    return text;
  }

  /** A text between single quotes. */
  text(what: string): string {
    const token = this.tokens[this.index]?.text ?? "";
    if (!/^'([^']|'')*'$/.test(token)) throw this.unexpected(what);
    this.index++;
    return token.slice(1, -1).replaceAll("''", "'");
  }

  /** What stands between brackets, separated by commas; at least one. */
  list<Item>(read: () => Item): Item[] {
    this.expect("(");
    const items = [read()];
    while (this.takes(",")) items.push(read());
    this.expect(")");
    return items;
  }

  /** The rest up to one of these words outside of brackets, as it is written. */
  restUntil(...words: readonly string[]): string {
    const parts: string[] = [];
    while (!this.isAtEnd) {
      const token = this.tokens[this.index];
      if (token === undefined || (token.depth === 0 && words.includes(token.word))) break;
      parts.push(`${token.isSpaced && parts.length > 0 ? " " : ""}${token.text}`);
      this.index++;
    }
    return parts.join("");
  }

  /** Nothing may follow. */
  end(): void {
    if (!this.isAtEnd) throw this.unexpected("the end of the statement");
  }

  unexpected(wanted: string): AppError {
    const found = this.tokens[this.index]?.text;
    const where = found === undefined ? "the statement ends" : `there is ${found.slice(0, 40)}`;
    return refuseSql(`Expected ${wanted}, but ${where}.`);
  }
}
