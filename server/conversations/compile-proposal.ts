import { compilePlan } from "@/server/advisor";
import { type Change, SchemaProposalSubject } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";
import { toChange } from "./evaluation/to-change";
import { readOwnSchema } from "./known-product";

/**
 * A proposed change of our own product as a typed change that DuckDB can make. Throws `not_found` (no
 * such table or column), `not_executable` (an operation that the sidecar does not make, a name that is
 * taken), `unavailable` (the product was never observed).
 */
export async function compileProposal({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: Record<string, unknown>;
}): Promise<Change> {
  const schema = await readOwnSchema(ctx);
  const change = toChange({ schema }, SchemaProposalSubject.parse(input));
  compilePlan(schema.tables, [change]);
  return change;
}
