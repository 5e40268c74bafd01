const NAME_LENGTH_MAX = 200;
/** Could be quoted, but no schema names a column so: quotes, statements, comments, escapes. */
const NO_NAME = /[;"'`\\]|--|\/\*|\*\//;

/** Why a text cannot be the name of a new table or column, a sentence; null: it can. */
export function newNameFault(name: string): string | null {
  if (name.trim() === "") return "A new name is missing.";
  if (name.length > NAME_LENGTH_MAX) return `A name has at most ${NAME_LENGTH_MAX} characters.`;
  if (/\p{C}/u.test(name)) return "A name has no control or invisible characters.";
  if (name !== name.trim()) return "A name neither begins nor ends with a space.";
  return NO_NAME.test(name)
    ? "A name has no quotes, semicolons, backslashes or comment signs."
    : null;
}
