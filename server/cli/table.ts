import { columnsOf, paint, printable, segments, type Terminal } from "./terminal";

/** Rows below their columns' names. */
export interface Table {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** Said where there is no row. */
  empty: string;
}

const GAP = "  ";
/** A column is not cut below it. */
const COLUMNS_MIN = 8;
const isNeverCut = (name: string) => /(^| )(ID|KEY|SECRET)$/.test(name);

function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let left = width - 1;
  const kept: string[] = [];
  for (const segment of segments(text)) {
    left -= segment.columns;
    if (left < 0) break;
    kept.push(segment.text);
  }
  return `${kept.join("")}…`;
}

const pad = (text: string, width: number) =>
  text + " ".repeat(Math.max(0, width - columnsOf(text)));

/** The widest columns are narrowed until the rows fit; ids are never cut, so that they can be copied. */
function fitWidths(columns: readonly string[], widths: number[], width: number | null): number[] {
  const fitted = [...widths];
  if (width === null) return fitted;
  const total = () => fitted.reduce((sum, each) => sum + each, GAP.length * (fitted.length - 1));
  while (total() > width) {
    const widest = fitted.reduce<number | null>((best, each, index) => {
      if (each <= COLUMNS_MIN || isNeverCut(columns[index] ?? "")) return best;
      return best === null || each > (fitted[best] ?? 0) ? index : best;
    }, null);
    if (widest === null) break;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
  }
  return fitted;
}

/** The lines of a table; as wide as they are where there is no terminal. */
export function layoutTable(
  { columns, rows, empty }: Table,
  { width, isColored }: Terminal,
): string[] {
  if (rows.length === 0) return [empty];
  const cells = [columns, ...rows].map((row) =>
    row.map((cell) => printable(cell.replace(/\s+/g, " ").trim())),
  );
  const natural = columns.map((_, index) =>
    Math.max(...cells.map((row) => columnsOf(row[index] ?? ""))),
  );
  const widths = fitWidths(columns, natural, width);
  const [head = "", ...lines] = cells.map((row) =>
    row
      .map((cell, index) => pad(cut(cell, widths[index] ?? 0), widths[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
  return [paint(head, "bold", isColored), ...lines];
}
