import type { Workload } from "../types";
import { createTable, existing, fillTable } from "./tables";

const START = "DATE '2025-07-01'";
const DAYS = 31;

/**
 * After ClickBench: page views of many sites in one wide table, URLs and referrers as text. Views
 * arrive site by site in batches, so neither site nor day is in order.
 */
export const hits: Workload = {
  name: "hits-like",
  title: "web analytics: wide table, text URLs, one site and period at a time",
  rows: 500_000,
  insertTable: "hits",
  isSearched: true,
  load: (rows) => [
    createTable("hits", [
      "watch_id BIGINT",
      "counter_id INTEGER",
      "user_id BIGINT",
      "event_time TIMESTAMP",
      "event_date DATE",
      "url VARCHAR",
      "referer VARCHAR",
      "title VARCHAR",
      "search_phrase VARCHAR",
      "region_id INTEGER",
      "os VARCHAR",
      "browser VARCHAR",
      "device_model VARCHAR",
      "resolution_width SMALLINT",
      "is_refresh SMALLINT",
      "traffic_source VARCHAR",
      "adv_engine_id SMALLINT",
      "load_time_ms INTEGER",
    ]),
    fillTable("hits", rows, [
      "(hash(i) >> 2)::BIGINT",
      "floor(3000 * u(i, 1) * u(i, 2) * u(i, 3))::INTEGER",
      `num(i, 4, ${Math.round(rows / 12)}) * 7919`,
      `${START} + to_seconds(num(i, 5, ${DAYS * 86_400}))`,
      `${START} + (num(i, 5, ${DAYS * 86_400}) // 86400)`,
      "'https://site' || num(i, 6, 400) || '.example/' || pick(['news', 'shop', 'blog', 'map'], u(i, 7)) || '/' || num(i, 8, 20000) || '?id=' || num(i, 9, 1000000)",
      "CASE WHEN u(i, 10) < 0.4 THEN '' ELSE 'https://search' || num(i, 11, 40) || '.example/?q=' || num(i, 12, 50000) END",
      "'Page ' || num(i, 8, 20000) || ' of the catalogue, section ' || pick(['one', 'two', 'three'], u(i, 13))",
      "CASE WHEN u(i, 14) < 0.85 THEN '' ELSE 'phrase ' || num(i, 15, 9000) END",
      "num(i, 16, 500)",
      "pick(['Windows', 'Linux', 'macOS', 'Android', 'iOS'], u(i, 17))",
      "pick(['Firefox', 'Chrome', 'Safari', 'Edge', 'Opera'], u(i, 18))",
      "CASE WHEN u(i, 19) < 0.8 THEN '' ELSE 'model-' || num(i, 20, 150) END",
      "pick([1280, 1366, 1920, 2560], u(i, 21))",
      "(u(i, 22) < 0.1)::INTEGER",
      "pick(['direct', 'search', 'social', 'mail', 'ads'], u(i, 23))",
      "CASE WHEN u(i, 24) < 0.95 THEN 0 ELSE 1 + num(i, 25, 20) END",
      "20 + num(i, 26, 4000)",
    ]),
  ],
  queries: () => [
    { name: "count", calls: 20, sql: "SELECT count(*) AS n FROM hits" },
    {
      name: "advertising",
      calls: 10,
      sql: "SELECT adv_engine_id, count(*) AS n FROM hits WHERE adv_engine_id <> 0 GROUP BY adv_engine_id ORDER BY n DESC, 1",
    },
    {
      name: "user-views",
      calls: 200,
      sql: "SELECT event_time, url FROM hits WHERE user_id = $1",
      parameters: existing("hits", "user_id"),
    },
    {
      name: "site-period-pages",
      calls: 80,
      sql: `SELECT url, count(*) AS views FROM hits
        WHERE counter_id = $1 AND event_date BETWEEN $2 AND $3 AND is_refresh = 0 AND url <> ''
        GROUP BY url ORDER BY views DESC, url LIMIT 10`,
      parameters: `SELECT 5 + 60 * i, ${START} + 3 * i::INTEGER, ${START} + 3 * i::INTEGER + 9 FROM range(6) r(i)`,
    },
    {
      name: "site-period-sources",
      calls: 60,
      sql: `SELECT traffic_source, count(*) AS views, count(DISTINCT user_id) AS users FROM hits
        WHERE counter_id = $1 AND event_date BETWEEN $2 AND $3 GROUP BY traffic_source ORDER BY 1`,
      parameters: `SELECT 2 + 40 * i, ${START}, ${START} + ${DAYS - 1} FROM range(6) r(i)`,
    },
    {
      name: "day-by-hour",
      calls: 50,
      sql: `SELECT date_trunc('hour', event_time) AS hour, count(*) AS views FROM hits
        WHERE event_time >= $1 AND event_time < $2 GROUP BY 1 ORDER BY 1`,
      parameters: `SELECT ${START} + to_days(5 * i::INTEGER), ${START} + to_days(5 * i::INTEGER + 1) FROM range(6) r(i)`,
    },
    {
      name: "top-phrases",
      calls: 10,
      sql: `SELECT search_phrase, count(*) AS n FROM hits WHERE search_phrase <> ''
        GROUP BY search_phrase ORDER BY n DESC, search_phrase LIMIT 10`,
    },
    {
      name: "url-contains",
      calls: 5,
      sql: "SELECT count(*) AS n FROM hits WHERE url LIKE $1",
      parameters: "SELECT '%/shop/' || (100 + 7 * i) || '?%' FROM range(6) r(i)",
    },
    {
      name: "browsers-by-system",
      calls: 20,
      sql: `SELECT os, browser, count(*) AS n, avg(resolution_width) AS width FROM hits
        GROUP BY os, browser ORDER BY n DESC, 1, 2`,
    },
  ],
};
