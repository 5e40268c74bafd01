import type { Workload } from "../types";
import { STAR_QUERIES } from "./star-queries";
import { createTable, fillTable, textList } from "./tables";

const REGIONS = textList(["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"]);
const place = (k: number) => [
  `'City ' || num(i, ${k}, 250)`,
  `'Nation ' || (num(i, ${k}, 250) // 10)`,
  `${REGIONS}[1 + num(i, ${k}, 250) // 50]`,
];

/**
 * After the Star Schema Benchmark: one wide fact table, four dimensions, drill-downs. The date key
 * is a whole number (19940131) and orders arrive in no order of it.
 */
export const star: Workload = {
  name: "star-like",
  title: "star schema, drill-downs over dimensions",
  rows: 600_000,
  insertTable: "lineorder",
  isSearched: true,
  load: (rows) => [...dimensions(rows), ...fact(rows)],
  queries: () => STAR_QUERIES,
};

const sizes = (rows: number) => ({
  customers: Math.round(rows / 200),
  suppliers: Math.round(rows / 3000) + 1,
  parts: Math.round(rows / 30),
});

function dimensions(rows: number): string[] {
  const { customers, suppliers, parts } = sizes(rows);
  const location = (prefix: string) =>
    ["city", "nation", "region"].map((name) => `${prefix}_${name} VARCHAR`);
  return [
    createTable("date_dim", [
      "d_datekey INTEGER PRIMARY KEY",
      "d_date DATE",
      "d_year INTEGER",
      "d_yearmonthnum INTEGER",
      "d_yearmonth VARCHAR",
      "d_weeknuminyear INTEGER",
    ]),
    `INSERT INTO date_dim SELECT strftime(d, '%Y%m%d')::INTEGER, d, year(d), year(d) * 100 + month(d),
      strftime(d, '%b%Y'), weekofyear(d) FROM (SELECT DATE '1992-01-01' + i::INTEGER AS d FROM range(2556) r(i))`,
    createTable("customer", ["c_custkey INTEGER PRIMARY KEY", "c_name VARCHAR", ...location("c")]),
    fillTable("customer", customers, ["i", "'Customer ' || i", ...place(1)]),
    createTable("supplier", ["s_suppkey INTEGER PRIMARY KEY", "s_name VARCHAR", ...location("s")]),
    fillTable("supplier", suppliers, ["i", "'Supplier ' || i", ...place(2)]),
    createTable("part", [
      "p_partkey INTEGER PRIMARY KEY",
      "p_mfgr VARCHAR",
      "p_category VARCHAR",
      "p_brand VARCHAR",
      "p_color VARCHAR",
    ]),
    fillTable("part", parts, [
      "i",
      "'MFGR#' || (1 + num(i, 3, 1000) // 200)",
      "'MFGR#' || (1 + num(i, 3, 1000) // 200) || (1 + num(i, 3, 1000) // 40 % 5)",
      "'MFGR#' || (1000 + num(i, 3, 1000))",
      "pick(['red', 'green', 'blue', 'ivory'], u(i, 4))",
    ]),
  ];
}

function fact(rows: number): string[] {
  const { customers, suppliers, parts } = sizes(rows);
  return [
    createTable("lineorder", [
      "lo_orderkey BIGINT",
      "lo_linenumber INTEGER",
      "lo_custkey INTEGER",
      "lo_partkey INTEGER",
      "lo_suppkey INTEGER",
      "lo_orderdate INTEGER",
      "lo_orderpriority VARCHAR",
      "lo_quantity INTEGER",
      "lo_extendedprice BIGINT",
      "lo_discount INTEGER",
      "lo_revenue BIGINT",
      "lo_supplycost BIGINT",
      "lo_shipmode VARCHAR",
    ]),
    fillTable("lineorder", rows, [
      "i // 4",
      "1 + i % 4",
      `num(i // 4, 1, ${customers})`,
      `num(i, 2, ${parts})`,
      `num(i, 3, ${suppliers})`,
      "strftime(DATE '1992-01-01' + num(i // 4, 4, 2556), '%Y%m%d')::INTEGER",
      "pick(['1-URGENT', '2-HIGH', '3-MEDIUM', '4-LOW'], u(i // 4, 5))",
      "1 + num(i, 6, 50)",
      "90000 + num(i, 7, 1000000)",
      "num(i, 8, 11)",
      "80000 + num(i, 9, 900000)",
      "50000 + num(i, 10, 60000)",
      "pick(['AIR', 'SHIP', 'TRUCK', 'RAIL'], u(i, 11))",
    ]),
  ];
}
