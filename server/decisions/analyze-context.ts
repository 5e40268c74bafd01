import { describeEstimate, proposeCandidates, type WorkloadQuery } from "@/server/advisor";
import type { AnalyzeRequest, Suggestion, TableSchema, WorkloadPattern } from "@/server/contracts";
import { AppError, type ServiceContext, shortHash } from "@/server/platform";
import type { QueryShape } from "@/server/workload";
import { createSuggestion } from "./create-suggestion";
import { shapeParser } from "./describe-queries";
import { estimateCandidates } from "./estimate-candidates";
import { requesterOf } from "./product-scope";
import { screenRequest } from "./screen-request";
import { loadSuggestion } from "./suggestion-view";

type ContextColumns = NonNullable<AnalyzeRequest["context"]["current_schema"]>;

/** The one schema that is answered for: a table of another is another table, whatever its name. */
const SCHEMA = "main";

/** Answers from the request's own schema and queries: estimates, labelled so, at once. */
export async function analyzeContext({
  ctx,
  input: { request, columns },
}: {
  ctx: ServiceContext;
  input: { request: AnalyzeRequest; columns: ContextColumns };
}): Promise<Suggestion> {
  const patterns = request.context.query_patterns ?? [];
  const parser = await shapeParser();
  const tableName = request.context.table_name ?? inferTable(await parseAll(patterns, "", columns));
  const queries = await parseAll(patterns, tableName, columns);
  if (queries.length > 0 && !queries.some(({ shape }) => readsTable(shape, tableName))) {
    throw new AppError("invalid_input", `None of the query patterns reads table ${tableName}.`, {
      details: { table_name: tableName },
    });
  }
  const tables = [toTable(tableName, columns)];
  const { candidates: proposed, excluded } = proposeCandidates({ tables, queries, tableName });
  const [candidates, warnings] = await Promise.all([
    estimateCandidates({
      ctx,
      input: { candidates: proposed, tables, queries, hasStatistics: false },
    }),
    screenRequest({ ctx, input: request }),
  ]);
  const { id } = await createSuggestion({
    ctx,
    input: {
      request,
      requestHash: shortHash(JSON.stringify(["context", request, requesterOf(ctx.actor)])),
      productId: null,
      state: candidates.length > 0 ? "pending" : "no_gain",
      basis: "estimate",
      confidence: describeEstimate(candidates).confidence,
      schemaFingerprint: null,
      dataVersion: null,
      warnings,
      expiresAt: new Date(
        ctx.clock.now().getTime() + ctx.settings.SUGGESTION_TTL_HOURS * 3_600_000,
      ),
      items: candidates,
      excluded,
    },
  });
  return loadSuggestion(ctx, id);

  async function parseAll(
    sent: { query: string; frequency: number }[],
    table: string,
    of: ContextColumns,
  ): Promise<WorkloadQuery[]> {
    return Promise.all(
      sent.map(async ({ query, frequency }) => {
        const tables = table === "" ? [] : [{ name: table, columns: of }];
        const shape = await parser.parse(query, tables, SCHEMA, request.context.current_views);
        return { shape, pattern: toPattern(shape, frequency) };
      }),
    );
  }
}

function readsTable(shape: QueryShape, table: string): boolean {
  // What cannot be parsed is kept and counted, never a reason to refuse.
  return !shape.isParsed || shape.tables.some((name) => name.toLowerCase() === table.toLowerCase());
}

function inferTable(queries: WorkloadQuery[]): string {
  const names = new Set(queries.flatMap(({ shape }) => shape.tables));
  const [only, ...others] = names;
  if (only === undefined || others.length > 0) {
    throw new AppError(
      "invalid_input",
      "context.table_name is needed: the query patterns do not read exactly one table.",
    );
  }
  if (only.includes(".")) {
    throw new AppError(
      "invalid_input",
      `The query patterns read ${only}: changes are suggested for tables of schema ${SCHEMA} only.`,
      { details: { table_name: only } },
    );
  }
  return only;
}

function toPattern(shape: QueryShape, frequency: number): WorkloadPattern {
  const now = new Date().toISOString();
  return {
    fingerprint: shape.fingerprint,
    sql: shape.sql,
    kind: shape.kind,
    is_parsed: shape.isParsed,
    calls: Math.round(frequency),
    mean_ms: 0,
    median_ms: 0,
    p95_ms: 0,
    first_seen: now,
    last_seen: now,
  };
}

/** The context as a table of unknown size: no statistics, so that nothing can look measured. */
function toTable(name: string, columns: ContextColumns): TableSchema {
  return {
    name,
    row_count: 0,
    estimated_bytes: 0,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      nullable: true,
      default_sql: null,
      statistics: null,
    })),
    indexes: columns
      .filter((column) => column.indexed)
      .map((column) => ({
        name: `idx_${name}_${column.name}`,
        columns: [column.name],
        is_unique: false,
        // Unknown whether it is a key or an index, so nobody may drop or recreate it by name.
        sql: "",
      })),
    constraints: [],
  };
}
