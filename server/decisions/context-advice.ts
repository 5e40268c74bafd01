import {
  chooseEstimates,
  contextFindings,
  proposeCandidates,
  type WorkloadQuery,
} from "@/server/advisor";
import type {
  AnalyzeRequest,
  Candidate,
  Finding,
  IndexSchema,
  LimitedAnalysis,
  TableSchema,
  UnreadQuery,
} from "@/server/contracts";
import { formatList } from "@/server/format";
import { AppError } from "@/server/platform";
import { canonicalType } from "@/server/sql";
import { describeLimits, limitCandidates, NO_LIMITS } from "./analysis-limits";
import { describeSent, type SentQuery, tablesOf } from "./describe-queries";
import { isPath, resolveTableName, spelledIn } from "./table-name";

type Context = AnalyzeRequest["context"];
export type ContextColumns = NonNullable<Context["current_schema"]>;

interface ContextAdvice {
  tables: TableSchema[];
  queries: WorkloadQuery[];
  candidates: Candidate[];
  excluded: { candidate: Candidate; reason: string }[];
  findings: Finding[];
  unread: UnreadQuery[];
  /** What was too much to be considered; null: nothing. */
  limited: LimitedAnalysis | null;
}

/**
 * What the rules advise of a request's own schema and queries. Throws `invalid_input` where no table is
 * named, it is in another schema, or no query reads it, `overloaded` when the queries were not reached
 * in time, `timeout` when the caller left.
 */
export async function adviseContext(
  context: Context,
  columns: ContextColumns,
  now: Date,
  signal?: AbortSignal,
): Promise<ContextAdvice> {
  const { current_views: views, query_patterns: patterns = [] } = context;
  const tableName = await findTableName(context, signal);
  const bare = toTable(tableName, columns, context.row_count ?? 0);
  const first = await describeSent(patterns, [], { tables: [bare], views, now, signal });
  const table = withProvenKeys(
    bare,
    first.map(({ query }) => query),
  );
  const isUnchanged = table.indexes.length === bare.indexes.length;
  // Rewrites may rest on a key.
  const sent = isUnchanged
    ? first
    : await describeSent(patterns, [], { tables: [table], views, now, signal });
  const queries = sent.map(({ query }) => query);
  const unread = findUnread(sent, tableName);
  const isAnswered = queries.some(({ shape }) => shape.tables.some(isSame(tableName)));
  const isOther = unread.length > 0 && unread.every(({ reason }) => reason === "other_table");
  if (queries.length > 0 && !isAnswered && isOther) throw noneReads(tableName, queries);
  const tables = [table];
  const proposed = proposeCandidates({
    ...{ tables, queries, tableName },
    ...{ workloadOf: "request", schemaOf: "request" },
  });
  const { limits, ...proposals } = limitCandidates(proposed);
  const choice = chooseEstimates({ tables, queries }, proposals.candidates);
  return {
    tables,
    queries,
    candidates: choice.candidates,
    excluded: [...choice.excluded, ...proposals.excluded],
    findings: contextFindings(tables, queries),
    unread,
    limited: describeLimits({ ...NO_LIMITS, ...limits }, { isProof: false }),
  };
}

const isSame =
  (table: string) =>
  (name: string): boolean =>
    name.toLowerCase() === table.toLowerCase();

function noneReads(table: string, queries: readonly WorkloadQuery[]): AppError {
  const others = [...new Set(queries.flatMap(({ shape }) => shape.tables))].sort().slice(0, 5);
  const read = others.length > 0 ? ` They read ${formatList(others)}.` : "";
  return new AppError("invalid_input", `None of the query patterns reads table ${table}.${read}`, {
    details: { table_name: table },
  });
}

/** Each query that the advice does not rest on, by its place, with the reason. */
function findUnread(sent: readonly SentQuery[], table: string): UnreadQuery[] {
  return sent.flatMap(({ query, description: { unread } }, at): UnreadQuery[] => {
    const pointer = `/context/query_patterns/${at}/query`;
    if (unread !== null) return [{ code: "unread_query", pointer, ...unread }];
    const { tables } = query.shape;
    if (tables.some(isSame(table))) return [];
    const message =
      tables.length === 0
        ? `it does not read ${table}`
        : `it reads ${formatList(tables)}, not ${table}`;
    return [{ code: "unread_query", pointer, reason: "other_table", message }];
  });
}

/** The table that the request names, or that its queries read. Throws `invalid_input`. */
async function findTableName(context: Context, signal: AbortSignal | undefined): Promise<string> {
  const { query_patterns: patterns = [], current_views: views } = context;
  const asked = context.table_name ?? (await inferTable(context, signal));
  if (!isPath(asked)) return asked;
  // A dot or a quote may belong to the table's own name: then a query names it so.
  const read = await tablesOf(patterns, { views, signal, isAnySchema: true });
  return resolveTableName(asked, (name) => spelledIn([...read], name));
}

async function inferTable(
  { query_patterns = [], current_views: views }: Context,
  signal: AbortSignal | undefined,
): Promise<string> {
  const [only, ...others] = await tablesOf(query_patterns, { views, signal });
  if (only === undefined || others.length > 0) {
    throw new AppError(
      "invalid_input",
      "context.table_name is needed: the query patterns do not read exactly one table.",
    );
  }
  return only;
}

/** The context as a table: of unknown size and values where it does not tell them. */
function toTable(name: string, columns: ContextColumns, rowCount: number): TableSchema {
  return {
    name,
    row_count: rowCount,
    estimated_bytes: 0,
    columns: columns.map((column) => ({
      name: column.name,
      type: canonicalType(column.type),
      nullable: true,
      default_sql: null,
      statistics: column.statistics ?? null,
    })),
    indexes: columns
      .filter((column) => column.indexed)
      .map((column) => hearsayIndex(name, [column.name], false)),
    constraints: [],
  };
}

/** Unknown whether it is a key or an index, so nobody may drop or recreate it by name. */
const hearsayIndex = (table: string, columns: string[], is_unique: boolean): IndexSchema => ({
  ...{ name: `idx_${table}_${columns.join("_")}`, columns, is_unique, sql: "" },
});

/** ON CONFLICT (a) is accepted only where a has a key or a unique index. */
function withProvenKeys(table: TableSchema, queries: readonly WorkloadQuery[]): TableSchema {
  const known = new Set(table.indexes.map(({ columns }) => columns.join("\0")));
  const byName = new Map(table.columns.map(({ name }) => [name.toLowerCase(), name]));
  const proven = queries.flatMap(({ shape }) => {
    const key = isSame(table.name)(shape.target ?? "") ? (shape.conflictKey ?? []) : [];
    const columns = key.flatMap((name) => byName.get(name.toLowerCase()) ?? []);
    if (columns.length === 0 || columns.length < key.length) return [];
    if (known.has(columns.join("\0"))) return [];
    known.add(columns.join("\0"));
    return [hearsayIndex(table.name, columns, true)];
  });
  return { ...table, indexes: [...table.indexes, ...proven] };
}
