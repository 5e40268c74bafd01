import type { QueryDefinition, Workload } from "../types";
import { createTable, existing, fillTable } from "./tables";

const START = "TIMESTAMP '2025-01-01'";
/** Events of one second, on average: fixes how much time a range of rows spans. */
const SECONDS_PER_EVENT = 5;
/** An event is written up to this many places after its turn. */
const SHUFFLED_OVER = 40_000;

/**
 * An event log that arrives nearly in time order but shuffled within, read by ranges of time, by
 * event id and by user.
 */
export const events: Workload = {
  name: "event-log",
  title: "events nearly in time order, ranges, look-ups by id and by user",
  rows: 600_000,
  insertTable: "events",
  isSearched: true,
  load: loadEvents,
  queries: eventQueries,
};

/** The same, large: the proof works on a sample, and the best set is not searched. */
export const eventsLarge: Workload = {
  ...events,
  name: "event-log-large",
  title: "the event log at 12 million rows: proved on a sample",
  rows: 12_000_000,
  isSearched: false,
};

function loadEvents(rows: number): string[] {
  return [
    createTable("events", [
      "event_id VARCHAR NOT NULL",
      "occurred_at TIMESTAMP NOT NULL",
      "user_id INTEGER",
      "kind VARCHAR",
      "severity VARCHAR",
      "source VARCHAR",
      "duration_ms INTEGER",
      "payload VARCHAR",
    ]),
    fillTable(
      "events",
      rows,
      [
        "left(md5(i::VARCHAR), 20)",
        `${START} + to_seconds(i * ${SECONDS_PER_EVENT} + num(i, 1, ${SECONDS_PER_EVENT}))`,
        `floor(${Math.round(rows / 15)} * u(i, 2) * u(i, 3))::INTEGER`,
        "pick(['login', 'logout', 'view', 'purchase', 'search', 'error', 'refund', 'upload'], u(i, 4))",
        "CASE WHEN u(i, 5) < 0.9 THEN 'info' WHEN u(i, 5) < 0.98 THEN 'warning' ELSE 'error' END",
        "'service-' || num(i, 6, 25)",
        "num(i, 7, 5000)",
        "'{\"trace\":\"' || left(md5((i * 3)::VARCHAR), 12) || '\",\"size\":' || num(i, 8, 90000) || '}'",
      ],
      `ORDER BY i + num(i, 9, ${SHUFFLED_OVER})`,
    ),
  ];
}

function eventQueries(rows: number): QueryDefinition[] {
  const spanSeconds = rows * SECONDS_PER_EVENT;
  const window = (shareOfAll: number) =>
    `SELECT (${START} + to_seconds(${Math.round(spanSeconds / 7)} * (i + 1)))::VARCHAR,
      (${START} + to_seconds(${Math.round(spanSeconds / 7)} * (i + 1) + ${Math.round(spanSeconds * shareOfAll)}))::VARCHAR FROM range(6) r(i)`;
  return [
    {
      name: "window-kinds",
      calls: 120,
      sql: `SELECT kind, count(*) AS n, sum(duration_ms) AS total_ms FROM events
        WHERE occurred_at >= $1 AND occurred_at < $2 GROUP BY kind ORDER BY 1`,
      parameters: window(0.01),
    },
    {
      name: "window-errors",
      calls: 60,
      sql: `SELECT source, count(*) AS n FROM events
        WHERE occurred_at >= $1 AND occurred_at < $2 AND severity = 'error' GROUP BY source ORDER BY 1`,
      parameters: window(0.03),
    },
    {
      name: "by-event",
      calls: 300,
      sql: "SELECT * FROM events WHERE event_id = $1",
      parameters: existing("events", "event_id"),
    },
    {
      name: "by-user",
      calls: 200,
      sql: "SELECT occurred_at, kind, source FROM events WHERE user_id = $1",
      parameters: existing("events", "user_id"),
    },
    {
      name: "latest",
      calls: 50,
      sql: "SELECT event_id, occurred_at, kind FROM events ORDER BY occurred_at DESC, event_id LIMIT 50",
    },
    {
      name: "errors-by-source",
      calls: 10,
      sql: "SELECT source, count(*) AS n FROM events WHERE severity = 'error' GROUP BY source ORDER BY 1",
    },
    {
      name: "write",
      calls: 300,
      sql: "INSERT INTO events VALUES ($1, TIMESTAMP '2026-12-31', 1, 'view', 'info', 'service-1', 5, '{}')",
      parameters: "SELECT 'new-event-' || i FROM range(3) r(i)",
    },
  ];
}
