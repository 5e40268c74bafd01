import type { IndexSchema } from "@/server/contracts";

/**
 * An index known only by hearsay ("this column is indexed", without a statement): it can be neither
 * dropped nor recreated by name. It may stand for a primary key.
 */
export function isUnmanaged(index: IndexSchema): boolean {
  return index.sql.trim() === "";
}
