import { quoteLiteral } from "@/server/sql";
import type { Session } from "../measure/shadow";
import { STATEMENT_MS } from "./count";
import type { Subject } from "./profile";

/**
 * Compressed bytes of a column on the product, scaled from the shadow by rows: from the start of
 * each segment to that of the next one in its block. The last segment of a block counts to the
 * block's end, so a column of a small table may seem larger than it is. Numbers that are all equal
 * take no block.
 */
export async function columnBytes(
  session: Session,
  subject: Subject,
  column: string,
): Promise<number> {
  const [row] = await session.rows(
    `WITH blocks AS (SELECT block_size FROM pragma_database_size() LIMIT 1),
     segments AS (
       SELECT column_name, len(additional_block_ids) AS more, block_size,
         lead(block_offset, 1, block_size) OVER (PARTITION BY block_id ORDER BY block_offset)
           - block_offset AS bytes
       FROM pragma_storage_info(${quoteLiteral(subject.table.name)}), blocks
       WHERE persistent AND block_id >= 0
     )
     SELECT coalesce(sum(bytes + more * block_size), 0) FROM segments
     WHERE column_name = ${quoteLiteral(column)}`,
    STATEMENT_MS,
  );
  const bytes = Number(row?.[0] ?? 0);
  return Math.round((bytes * subject.rowsTotal) / Math.max(1, subject.rows));
}
