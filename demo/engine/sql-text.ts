/** A catalog name as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL string literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Tables with this prefix are the sidecar's own book-keeping and hidden from everyone else. */
export const HIDDEN_PREFIX = "_sidecar_";
