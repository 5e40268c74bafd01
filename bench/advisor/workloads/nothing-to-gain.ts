import type { Workload } from "../types";
import { createTable, existing, fillTable } from "./tables";

/**
 * Already as it should be: rows arrive in the order of what is asked for, types are exact, keys have
 * indexes, the rest are full scans for what no summary can hold (medians). The right advice is none.
 */
export const nothingToGain: Workload = {
  name: "nothing-to-gain",
  title: "sorted, typed, keyed: nothing left to improve",
  rows: 500_000,
  insertTable: "readings",
  isSearched: true,
  load: (rows) => [
    createTable("stations", [
      "station_id SMALLINT PRIMARY KEY",
      "name VARCHAR",
      "height_m SMALLINT",
    ]),
    fillTable("stations", 500, ["i", "'Station ' || i", "num(i, 1, 3000)"]),
    createTable("readings", [
      "reading_id BIGINT PRIMARY KEY",
      "station_id SMALLINT",
      "measured_at TIMESTAMP",
      "temperature DOUBLE",
      "wind DOUBLE",
    ]),
    fillTable("readings", rows, [
      "i",
      "num(i, 1, 500)",
      "TIMESTAMP '2025-01-01' + to_seconds(i * 20)",
      "u(i, 2) * 40 - 10",
      "u(i, 3) * 30",
    ]),
  ],
  queries: (rows) => [
    {
      name: "by-key",
      calls: 500,
      sql: "SELECT * FROM readings WHERE reading_id = $1",
      parameters: existing("readings", "reading_id"),
    },
    {
      name: "one-hour",
      calls: 200,
      sql: `SELECT count(*) AS n, round(avg(temperature), 6) AS temperature FROM readings
        WHERE measured_at >= $1 AND measured_at < $2`,
      parameters: `SELECT TIMESTAMP '2025-01-01' + to_seconds(${rows * 3} * i), TIMESTAMP '2025-01-01 01:00:00' + to_seconds(${rows * 3} * i) FROM range(6) r(i)`,
    },
    {
      name: "all-stations",
      calls: 20,
      sql: "SELECT station_id, median(wind) AS wind FROM readings GROUP BY station_id ORDER BY 1",
    },
    {
      name: "middles",
      calls: 20,
      sql: "SELECT median(temperature) AS middle, median(wind) AS wind FROM readings",
    },
    {
      name: "station-list",
      calls: 100,
      sql: "SELECT station_id, name, height_m FROM stations ORDER BY station_id",
    },
  ],
};
