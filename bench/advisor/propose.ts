import { describeQuery, proposeCandidates, type WorkloadQuery } from "@/server/advisor";
import type { Workload as Observed, ProductSchema } from "@/server/contracts";
import { type DataProduct, readDistinctValues } from "@/server/data-product";
import type { ShapeParser } from "@/server/workload";

export type Proposed = ReturnType<typeof proposeCandidates> & {
  schema: ProductSchema;
  queries: WorkloadQuery[];
};

/** What the rules propose for a product's observed workload, most promising first. */
export async function propose(
  product: DataProduct,
  observed: Observed,
  parser: ShapeParser,
  signal: AbortSignal,
): Promise<Proposed> {
  const schema = await product.getSchema(signal);
  const queries = await Promise.all(
    observed.patterns.map((pattern) => describeQuery(parser, pattern, schema.tables, schema.views)),
  );
  const proposals = proposeCandidates({
    tables: schema.tables,
    queries,
    ...(schema.resources ? { freeBytes: schema.resources.free_disk_bytes } : {}),
    distinctValues: (await readDistinctValues(product, schema, { signal })).valuesOf,
  });
  return { ...proposals, schema, queries };
}
