import type { Workload } from "../types";
import { createTable, existing, fillTable } from "./tables";

/** Short random keys, point look-ups and lists of keys, and as many inserts as reads. */
export const keyValue: Workload = {
  name: "key-value",
  title: "look-ups by short text keys, as many inserts as reads",
  rows: 600_000,
  insertTable: "sessions",
  isSearched: true,
  load: (rows) => [
    createTable("sessions", [
      "session_key VARCHAR NOT NULL",
      "account_code VARCHAR",
      "value VARCHAR",
      "version INTEGER",
      "updated_at TIMESTAMP",
    ]),
    fillTable("sessions", rows, [
      "left(md5(i::VARCHAR), 8 + num(i, 1, 9))",
      `'AC' || lpad(num(i, 2, ${Math.round(rows / 20)})::VARCHAR, 8, '0')`,
      "md5((i + 1)::VARCHAR) || md5((i + 2)::VARCHAR)",
      "num(i, 3, 40)",
      "TIMESTAMP '2026-01-01' - to_seconds(num(i, 4, 31536000))",
    ]),
  ],
  queries: () => [
    {
      name: "by-key",
      calls: 600,
      sql: "SELECT value, version FROM sessions WHERE session_key = $1",
      parameters: existing("sessions", "session_key"),
    },
    {
      name: "by-keys",
      calls: 150,
      sql: "SELECT session_key, value FROM sessions WHERE session_key IN ($1, $2, $3, $4)",
      parameters: `SELECT list[1], list[2], list[3], list[4] FROM (
        SELECT list(session_key ORDER BY n) AS list FROM (
          SELECT session_key, row_number() OVER (ORDER BY hash(rowid)) AS n FROM sessions
          WHERE rowid % 997 = 5) WHERE n <= 24 GROUP BY n // 4 HAVING count(*) = 4 ORDER BY n // 4)`,
    },
    {
      name: "by-account",
      calls: 100,
      sql: "SELECT session_key, version, updated_at FROM sessions WHERE account_code = $1",
      parameters: existing("sessions", "account_code"),
    },
    {
      name: "recently-updated",
      calls: 5,
      sql: "SELECT count(*) AS n FROM sessions WHERE updated_at >= $1",
      parameters:
        "SELECT (TIMESTAMP '2026-01-01' - to_days(i::INTEGER + 1))::VARCHAR FROM range(6) r(i)",
    },
    {
      name: "write",
      calls: 800,
      sql: "INSERT INTO sessions VALUES ($1, 'AC00000001', 'fresh', 1, TIMESTAMP '2026-01-02')",
      parameters: "SELECT 'new-key-' || i FROM range(3) r(i)",
    },
  ],
};
