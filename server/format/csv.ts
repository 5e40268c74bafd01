/** What spreadsheets read as the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r\n]/;

/**
 * A cell that no spreadsheet calculates: a text that looks like a formula begins with an apostrophe,
 * which spreadsheets show as text. Numbers stay numbers.
 */
function csvCell(text: string): string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = FORMULA.test(text) && !isNumber ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** A line of a CSV file (RFC 4180), its end included. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\r\n`;
