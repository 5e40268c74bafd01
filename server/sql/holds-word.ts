/**
 * Is the name a word of an SQL text, ignoring case? For texts that nobody could parse: it may be another
 * table's or column's name, so this finds too much rather than too little.
 */
export function holdsWord(sql: string, name: string): boolean {
  const written = name.toLowerCase().replaceAll('"', '""');
  const word = `(?<![\\p{L}\\p{N}_])${escapeRegExp(written)}(?![\\p{L}\\p{N}_])`;
  return new RegExp(word, "u").test(sql.toLowerCase());
}

/** With the flag `u` only these may be escaped: an escaped space or hyphen is a syntax error. */
const escapeRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
