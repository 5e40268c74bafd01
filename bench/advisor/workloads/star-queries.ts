import type { QueryDefinition } from "../types";

const JOINS = "FROM lineorder JOIN date_dim ON lo_orderdate = d_datekey";
const YEARS = "FROM range(6) r(i)";

/** After Q1.1, Q1.2, Q1.3, Q2.1, Q2.3, Q3.1, Q3.4 and Q4.1, and a report on the key's own range. */
export const STAR_QUERIES: QueryDefinition[] = [
  {
    name: "q1.1-year",
    calls: 40,
    sql: `SELECT sum(lo_extendedprice * lo_discount) AS revenue ${JOINS}
      WHERE d_year = $1 AND lo_discount BETWEEN 1 AND 3 AND lo_quantity < 25`,
    parameters: `SELECT 1992 + i ${YEARS}`,
  },
  {
    name: "q1.2-month",
    calls: 40,
    sql: `SELECT sum(lo_extendedprice * lo_discount) AS revenue ${JOINS}
      WHERE d_yearmonthnum = $1 AND lo_discount BETWEEN 4 AND 6 AND lo_quantity BETWEEN 26 AND 35`,
    parameters: `SELECT 199201 + 101 * i ${YEARS}`,
  },
  {
    name: "q1.3-week",
    calls: 20,
    sql: `SELECT sum(lo_extendedprice * lo_discount) AS revenue ${JOINS}
      WHERE d_weeknuminyear = $1 AND d_year = $2 AND lo_discount BETWEEN 5 AND 7`,
    parameters: `SELECT 6 + i, 1992 + i ${YEARS}`,
  },
  {
    name: "q2.1-category",
    calls: 15,
    sql: `SELECT sum(lo_revenue) AS revenue, d_year, p_brand ${JOINS}
      JOIN part ON lo_partkey = p_partkey JOIN supplier ON lo_suppkey = s_suppkey
      WHERE p_category = $1 AND s_region = $2 GROUP BY d_year, p_brand ORDER BY 2, 3`,
    parameters: `SELECT 'MFGR#' || (12 + 10 * (i % 5)), pick(['AMERICA', 'ASIA', 'EUROPE'], i / 6.0) ${YEARS}`,
  },
  {
    name: "q2.3-brand",
    calls: 15,
    sql: `SELECT sum(lo_revenue) AS revenue, d_year, p_brand ${JOINS}
      JOIN part ON lo_partkey = p_partkey JOIN supplier ON lo_suppkey = s_suppkey
      WHERE p_brand = $1 AND s_region = $2 GROUP BY d_year, p_brand ORDER BY 2, 3`,
    parameters: `SELECT 'MFGR#' || (1039 + 160 * i), pick(['AMERICA', 'ASIA', 'EUROPE'], i / 6.0) ${YEARS}`,
  },
  {
    name: "q3.1-nations",
    calls: 10,
    sql: `SELECT c_nation, s_nation, d_year, sum(lo_revenue) AS revenue ${JOINS}
      JOIN customer ON lo_custkey = c_custkey JOIN supplier ON lo_suppkey = s_suppkey
      WHERE c_region = $1 AND s_region = $1 AND d_year BETWEEN $2 AND $3
      GROUP BY c_nation, s_nation, d_year ORDER BY d_year, revenue DESC`,
    parameters: `SELECT pick(['ASIA', 'EUROPE', 'AFRICA'], i / 6.0), 1992 + i // 2, 1995 + i // 2 ${YEARS}`,
  },
  {
    name: "q3.4-cities",
    calls: 20,
    sql: `SELECT c_city, s_city, d_year, sum(lo_revenue) AS revenue ${JOINS}
      JOIN customer ON lo_custkey = c_custkey JOIN supplier ON lo_suppkey = s_suppkey
      WHERE c_city IN ($1, $2) AND s_city IN ($1, $2) AND d_yearmonth = $3
      GROUP BY c_city, s_city, d_year ORDER BY 1, 2`,
    parameters: `SELECT 'City ' || (7 + i), 'City ' || (90 + i), 'Dec' || (1992 + i) ${YEARS}`,
  },
  {
    name: "q4.1-profit",
    calls: 10,
    sql: `SELECT d_year, c_nation, sum(lo_revenue - lo_supplycost) AS profit ${JOINS}
      JOIN customer ON lo_custkey = c_custkey JOIN supplier ON lo_suppkey = s_suppkey
      JOIN part ON lo_partkey = p_partkey
      WHERE c_region = $1 AND s_region = $1 AND p_mfgr IN ('MFGR#1', 'MFGR#2')
      GROUP BY d_year, c_nation ORDER BY 1, 2`,
    parameters: `SELECT pick(['AMERICA', 'ASIA', 'EUROPE'], i / 6.0) ${YEARS}`,
  },
  {
    name: "quarter-by-key",
    calls: 60,
    sql: `SELECT lo_shipmode, count(*) AS orders, sum(lo_revenue) AS revenue FROM lineorder
      WHERE lo_orderdate BETWEEN $1 AND $2 GROUP BY lo_shipmode ORDER BY 1`,
    parameters: `SELECT 19920101 + 10000 * i, 19920331 + 10000 * i ${YEARS}`,
  },
];
