import type { Session } from "./session";

/** Bytes of the blocks in use; free blocks inside the file do not count. Call after CHECKPOINT. */
export async function storageBytes(session: Session): Promise<number> {
  const [row] = await session.rows("SELECT block_size * used_blocks FROM pragma_database_size()");
  return Number(row?.[0] ?? 0);
}
