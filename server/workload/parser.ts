import { shortHash } from "@/server/platform/ids";
import { Lru } from "@/server/platform/lru";
import { type CallWatch, openEngine } from "./engine";
import { readShape } from "./features/read-shape";
import { unfoldText } from "./fold-text";
import { normalizeSql } from "./normalize";
import { rewriteQuery } from "./rewrites/rewrite-query";
import type {
  NormalizedQuery,
  QueryShape,
  QuerySummary,
  ShapeParser,
  Tables,
  Views,
} from "./shape";
import { summarizeQuery } from "./summary/summarize-query";
import { isTooCostly } from "./text-limits";
import { explainUnread } from "./unread";
import { createViewReader } from "./views";
import { readingSelect } from "./writes/reading-select";

const ENTRIES_MAX = 2000;

const nameAndType = (column: { name: string; type?: string }) => [column.name, column.type];

/** Hashes what is known of tables and views, which many texts after each other share, once for them. */
function createContextKey() {
  let last: { tables: Tables; views: Views | undefined; key: string } | null = null;
  return (tables: Tables, given: Views | undefined): string => {
    const views = given?.length ? given : undefined;
    if (last?.tables !== tables || last.views !== views) {
      const known = tables.map(({ name, columns }) => [name, columns.map(nameAndType)]);
      last = { tables, views, key: shortHash(JSON.stringify([known, views])) };
    }
    return last.key;
  };
}

/** A normalized text stays as it is when it is normalized again: its parameters are its own. */
function ofItself(query: NormalizedQuery): NormalizedQuery {
  const own = query.parameters.map((_, index) => ({
    from: "parameter" as const,
    index: index + 1,
  }));
  return { ...query, parameters: own };
}

/**
 * Opens a parser with its own private DuckDB, which works on the thread that it is called from. Close it
 * when done. `entriesMax`: of how many texts the results are kept.
 */
export async function createShapeParser({
  entriesMax = ENTRIES_MAX,
  watch,
}: {
  entriesMax?: number;
  watch?: CallWatch;
} = {}): Promise<ShapeParser> {
  const engine = await openEngine(watch);
  const viewReader = createViewReader(engine);
  const contextKey = createContextKey();
  const normalized = new Lru<NormalizedQuery>(entriesMax);
  const shapes = new Lru<QueryShape>(entriesMax);
  const summaries = new Lru<{ summary: QuerySummary | null }>(entriesMax);

  const normalize = async (sql: string): Promise<NormalizedQuery> => {
    const known = normalized.get(sql);
    if (known) return known;
    const fresh = await normalizeSql(engine, sql);
    normalized.set(sql, fresh);
    if (fresh.isParsed && fresh.sql !== sql) normalized.set(fresh.sql, ofItself(fresh));
    return fresh;
  };
  const readWrite = async (sql: string) => {
    if (isTooCostly(sql)) return null;
    for (const text of [sql, unfoldText(sql)].map(readingSelect)) {
      const tree = text === null ? null : await engine.serialize(text);
      if (tree !== null) return tree;
    }
    return null;
  };
  return {
    normalize,
    async parse(sql, tables, schema, views) {
      const query = await normalize(sql);
      const key = `${schema} ${contextKey(tables, views)} ${query.isParsed ? query.sql : sql}`;
      const kept = shapes.get(key);
      if (kept) return kept;
      const tree = query.isParsed ? await engine.serialize(query.sql) : await readWrite(query.sql);
      const root = tree && (await viewReader.expand(tree, views));
      const shape = readShape({
        query,
        root,
        text: sql,
        tables,
        schema,
        aggregates: engine.aggregateNames,
      });
      shapes.set(key, shape);
      return shape;
    },
    async rewrite(sql, tables, views) {
      const query = await normalize(sql);
      if (!query.isParsed) return [];
      const text = query.sql.toLowerCase();
      const isViewed = views?.some(({ name }) => text.includes(name.toLowerCase()));
      const shown = isViewed ? await viewReader.asTables(tables, views) : [];
      return rewriteQuery(engine, query.sql, [...tables, ...shown]);
    },
    async summarize(sql, tables, views) {
      const query = await normalize(sql);
      if (!query.isParsed) return null;
      const key = `${contextKey(tables, views)} ${query.sql}`;
      const known = summaries.get(key);
      if (known) return known.summary;
      const tree = views?.length ? await engine.serialize(query.sql) : null;
      const flat = tree && (await viewReader.flatten(tree, views));
      const text = (flat && (await engine.print(flat))) ?? query.sql;
      const summary = await summarizeQuery(engine, text, tables);
      summaries.set(key, { summary });
      return summary;
    },
    explainUnread: async (sql) => explainUnread(engine, sql, await normalize(sql)),
    close: () => engine.close(),
  };
}
