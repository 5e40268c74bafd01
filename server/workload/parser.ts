import { Lru, shortHash } from "@/server/platform";
import { openEngine } from "./engine";
import { readShape } from "./features/read-shape";
import { unfoldText } from "./fold-text";
import { normalizeSql } from "./normalize";
import { rewriteQuery } from "./rewrites/rewrite-query";
import type { NormalizedQuery, QueryShape, QuerySummary, ShapeParser } from "./shape";
import { summarizeQuery } from "./summary/summarize-query";
import { explainUnread } from "./unread";
import { createViewReader } from "./views";
import { readingSelect } from "./writes/reading-select";

const ENTRIES_MAX = 2000;

const nameAndType = (column: { name: string; type?: string }) => [column.name, column.type];

/** Opens a parser with its own private DuckDB. Close it when done. */
export async function createShapeParser(): Promise<ShapeParser> {
  const engine = await openEngine();
  const viewReader = createViewReader(engine);
  const normalized = new Lru<NormalizedQuery>(ENTRIES_MAX);
  const shapes = new Lru<QueryShape>(ENTRIES_MAX);
  const summaries = new Lru<{ summary: QuerySummary | null }>(ENTRIES_MAX);

  const normalize = async (sql: string): Promise<NormalizedQuery> => {
    const known = normalized.get(sql);
    if (known) return known;
    const fresh = await normalizeSql(engine, sql);
    normalized.set(sql, fresh);
    return fresh;
  };
  const readWrite = async (sql: string) => {
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
      const known = tables.map(({ name, columns }) => [name, columns.map(nameAndType)]);
      const key = `${shortHash(JSON.stringify([schema, known, views]))} ${query.isParsed ? query.sql : sql}`;
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
      const schema = tables.map(({ name, columns }) => [name, columns.map(nameAndType)]);
      const key = `${shortHash(JSON.stringify([schema, views]))} ${query.sql}`;
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
