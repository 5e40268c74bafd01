import { and, desc, eq, inArray, notInArray, sql } from "drizzle-orm";
import { agentDecisions, suggestionItems, suggestions } from "@/drizzle/schema";
import {
  EFFECTIVE_STATES,
  type Finding,
  PRODUCT_SCHEMA,
  type ProductSchema,
  type SuggestionState,
  type ViewSchema,
} from "@/server/contracts";
import { findOwnSchema, listPatterns } from "@/server/knowledge";
import { AppError, type ServiceContext } from "@/server/platform";
import { type TextDescription, textReader, typeReader, viewQuery } from "@/server/workload";
import type { KnownHere, KnownSummary, ReadText } from "./evaluation/known-here";

/** Our own product as it was observed last. Throws `unavailable` while it never was. */
export async function readOwnSchema(
  ctx: Pick<ServiceContext, "db" | "settings">,
): Promise<ProductSchema> {
  const schema = await findOwnSchema({ ctx });
  if (schema !== undefined) return schema;
  const { DATA_PRODUCT_ID: productId } = ctx.settings;
  throw new AppError("unavailable", `Data product ${productId} has not been observed yet.`);
}

/**
 * Everything about our own product that proposals and questions are held against. Throws `unavailable`
 * while it was never observed, `overloaded` while other texts are being read.
 */
export async function readKnownHere({ ctx }: { ctx: ServiceContext }): Promise<KnownHere> {
  const schema = await readOwnSchema(ctx);
  const [texts, summaries, types] = await Promise.all([
    readTexts(ctx, schema),
    readSummaries(ctx, schema),
    typeReader(),
  ]);
  return { schema, texts, summaries, types };
}

async function readTexts(ctx: ServiceContext, schema: ProductSchema): Promise<ReadText[]> {
  const { tables, views = [] } = schema;
  const patterns = await listPatterns({ ctx });
  const queries = patterns.map(({ pattern }) => ({
    ...{ kind: "query" as const, name: pattern.sql, sql: pattern.sql },
  }));
  const all = [...queries, ...views.map(asText)];
  const context = { tables, views, schema: PRODUCT_SCHEMA, isShapeOnly: true as const };
  const read = await textReader().describe(all, context);
  if (read === "too_busy") {
    throw new AppError("overloaded", "Other queries are being read. Try again shortly.");
  }
  return all.map((text, index) => ({ ...text, ...featuresOf(read[index]) }));
}

const asText = ({ name, sql }: ViewSchema) => ({
  ...{ kind: "view" as const, name, sql: viewQuery(sql).query },
});

/** What is read of which tables; of a text that could not be read, nothing is known. */
function featuresOf(
  description: TextDescription | undefined,
): Pick<ReadText, "tables" | "columns" | "selectsStar"> {
  const { shape } = description ?? {};
  if (shape === undefined || (!shape.isParsed && shape.target === undefined)) {
    return { tables: null, columns: [], selectsStar: false };
  }
  const { filters, joins, groupBy, orderBy, projected, target = "", assignments = [] } = shape;
  const columns = [
    ...[...filters, ...groupBy, ...orderBy, ...projected],
    ...joins.flatMap(({ left, right }) => [left, right]),
    ...assignments.map(({ column }) => ({ table: target, column })),
  ];
  return { tables: shape.tables, columns, selectsStar: shape.selectsStar };
}

/** Summary tables that were made here and are still in effect. */
async function readSummaries(
  { db }: ServiceContext,
  { product_id }: ProductSchema,
): Promise<KnownSummary[]> {
  const rows = await db
    .select({ candidate: suggestionItems.candidate })
    .from(suggestionItems)
    .innerJoin(suggestions, eq(suggestions.id, suggestionItems.suggestionId))
    .where(
      and(
        eq(suggestions.productId, product_id),
        inArray(suggestions.state, EFFECTIVE_STATES),
        eq(suggestionItems.isApproved, true),
        sql`${suggestionItems.candidate}#>>'{change,kind}' = 'materialize_summary'`,
      ),
    );
  return rows.flatMap(({ candidate: { change } }) => {
    if (change.kind !== "materialize_summary") return [];
    const { name, table, keys, measures } = change;
    const columns = [...keys, ...measures].flatMap(({ column }) => column ?? []);
    return [{ name, table, columns }];
  });
}

/** Test runs without findings: not at their end yet, or never. */
const WITHOUT_FINDINGS: SuggestionState[] = ["proving", "cancelled", "failed"];

/** Findings of the last test run of our product; one of requested changes does not look for any. */
export async function readFindings({ db, settings }: ServiceContext): Promise<Finding[]> {
  const [row] = await db
    .select({ findings: suggestions.findings })
    .from(suggestions)
    .innerJoin(agentDecisions, eq(agentDecisions.decisionId, suggestions.decisionId))
    .where(
      and(
        eq(suggestions.productId, settings.DATA_PRODUCT_ID),
        eq(suggestions.basis, "measured"),
        notInArray(suggestions.state, WITHOUT_FINDINGS),
        sql`${agentDecisions.context}->>'requested' is null`,
      ),
    )
    .orderBy(desc(suggestions.createdAt))
    .limit(1);
  return row?.findings ?? [];
}
