/** Rows of cells as a Markdown table: the head, how columns are aligned (`---`, `---:`), the rest. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
