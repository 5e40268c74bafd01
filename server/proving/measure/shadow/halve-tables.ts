import path from "node:path";
import { quoteLiteral } from "@/server/sql";
import { isSampled, type LoadedTable } from "./build-baseline";
import { openSession } from "./session";

/**
 * Every second row of each sampled table, in the exported order, beginning with the first or the
 * second: two samples that share no row. Tables held whole stay as they are.
 */
export async function halveTables(
  tables: LoadedTable[],
  { workDir, half, signal }: { workDir: string; half: 0 | 1; signal: AbortSignal },
): Promise<LoadedTable[]> {
  const folders = new Set(tables.map(({ exported }) => path.dirname(exported.file)));
  const session = await openSession({
    file: ":memory:",
    threads: 1,
    signal,
    directories: [...folders, path.resolve(workDir)],
  });
  try {
    const halves: LoadedTable[] = [];
    for (const [index, loaded] of tables.entries()) {
      if (!isSampled(loaded)) {
        halves.push(loaded);
        continue;
      }
      const file = path.join(path.resolve(workDir), `half-${half}-${index}.parquet`);
      const source = `read_parquet(${quoteLiteral(loaded.exported.file)}, file_row_number = true)`;
      await session.run(
        `COPY (SELECT * EXCLUDE (file_row_number) FROM ${source} WHERE file_row_number % 2 = ${half}) TO ${quoteLiteral(file)} (FORMAT parquet)`,
      );
      const rows = Math.ceil((loaded.exported.rows - half) / 2);
      halves.push({ ...loaded, exported: { ...loaded.exported, file, rows } });
    }
    return halves;
  } finally {
    session.close();
  }
}
