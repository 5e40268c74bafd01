import type { Command } from "commander";
import type { ServiceContext } from "@/server/platform";
import { withContext } from "./connect";

interface GlobalOptions {
  as?: string;
  json?: boolean;
}

/** One answer, as JSON for scripts or as lines for people. */
export interface Answer {
  data: unknown;
  lines: string[];
}

/** Control characters in the names and texts of others would steer the terminal. */
const printable = (text: string): string => text.replace(/(?![\n\t])\p{Cc}/gu, "\u25a1");

function show({ data, lines }: Answer, isJson: boolean): void {
  const text = isJson ? JSON.stringify(data, null, 2) : lines.map(printable).join("\n");
  process.stdout.write(`${text}\n`);
}

/** Runs a verb in the context the global options ask for, and shows its answer. */
export async function answer(
  command: Command,
  verb: (ctx: ServiceContext) => Promise<Answer>,
): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  show(await withContext(options.as, verb), options.json === true);
}

/** Rows as aligned columns. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Commander's collector for `--scope a --scope b` and `--scope a,b`. */
export function collect(value: string, earlier: string[]): string[] {
  return [...earlier, ...value.split(",").filter((part) => part !== "")];
}
