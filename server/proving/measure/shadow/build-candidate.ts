import { constants } from "node:fs";
import { copyFile } from "node:fs/promises";
import type { Plan } from "@/server/contracts";
import { openSession, type SessionOptions } from "./session";
import { storageBytes } from "./storage";

/** A cheap clone where the file system shares blocks, a plain copy elsewhere. */
export async function copyShadow(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

/**
 * Applies a plan to a copy of the shadow, in one transaction as the product would.
 * `buildMs` is that transaction's time. Undo data is then dropped and the file checkpointed,
 * so `bytes` is what stays once the revert window has closed.
 * Throws DuckDB's error when a statement fails, AppError `timeout` past timeoutMs.
 */
export async function buildCandidate(
  options: SessionOptions & { baselineFile: string; plan: Plan; timeoutMs: number },
): Promise<{ buildMs: number; bytes: number }> {
  await copyShadow(options.baselineFile, options.file);
  const session = await openSession(options);
  const start = performance.now();
  const left = () => Math.max(1, options.timeoutMs - (performance.now() - start));
  try {
    await session.run("BEGIN");
    for (const statement of options.plan.statements) await session.run(statement, left());
    await session.run("COMMIT", left());
    const buildMs = performance.now() - start;
    for (const statement of options.plan.cleanup_statements) await session.run(statement, left());
    await session.run("CHECKPOINT", left());
    return { buildMs, bytes: await storageBytes(session) };
  } finally {
    session.close();
  }
}
