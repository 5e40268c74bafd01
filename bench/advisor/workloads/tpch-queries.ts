import type { QueryDefinition } from "../types";
import { existing } from "./tables";

const MONTHS = "FROM range(6) r(i)";

/** After TPC-H's Q1, Q3, Q4, Q5, Q6, Q10, Q12, Q14, Q18's look-up, Q19 and a customer's orders. */
export const TPCH_QUERIES: QueryDefinition[] = [
  {
    name: "q1-pricing-summary",
    calls: 10,
    sql: `SELECT l_returnflag, l_linestatus, sum(l_quantity) AS quantity, sum(l_extendedprice) AS price,
      sum(l_extendedprice * (1 - l_discount)) AS discounted, count(*) AS items
      FROM lineitem WHERE l_shipdate <= $1 GROUP BY l_returnflag, l_linestatus ORDER BY 1, 2`,
    parameters: `SELECT (DATE '1998-05-01' - 20 * i::INTEGER) ${MONTHS}`,
  },
  {
    name: "q3-shipping-priority",
    calls: 20,
    sql: `SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate
      FROM customer JOIN orders ON c_custkey = o_custkey JOIN lineitem ON l_orderkey = o_orderkey
      WHERE c_mktsegment = $1 AND o_orderdate < $2 AND l_shipdate > $2
      GROUP BY l_orderkey, o_orderdate ORDER BY revenue DESC, l_orderkey LIMIT 10`,
    parameters: `SELECT pick(['BUILDING', 'MACHINERY', 'FURNITURE'], i / 6.0), DATE '1995-03-01' + 3 * i::INTEGER ${MONTHS}`,
  },
  {
    name: "q4-order-priority",
    calls: 20,
    sql: `SELECT o_orderpriority, count(*) AS orders FROM orders
      WHERE o_orderdate >= $1 AND o_orderdate < $2 AND EXISTS
        (SELECT 1 FROM lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
      GROUP BY o_orderpriority ORDER BY 1`,
    parameters: `SELECT DATE '1993-01-01' + 90 * i::INTEGER, DATE '1993-04-01' + 90 * i::INTEGER ${MONTHS}`,
  },
  {
    name: "q5-supplier-volume",
    calls: 10,
    sql: `SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
      FROM customer JOIN orders ON c_custkey = o_custkey JOIN lineitem ON l_orderkey = o_orderkey
      JOIN supplier ON l_suppkey = s_suppkey AND c_nationkey = s_nationkey
      JOIN nation ON s_nationkey = n_nationkey JOIN region ON n_regionkey = r_regionkey
      WHERE r_name = $1 AND o_orderdate >= $2 AND o_orderdate < $3 GROUP BY n_name ORDER BY 2 DESC, 1`,
    parameters: `SELECT pick(['ASIA', 'EUROPE', 'AFRICA'], i / 6.0), DATE '1993-01-01' + 365 * (i % 3)::INTEGER, DATE '1994-01-01' + 365 * (i % 3)::INTEGER ${MONTHS}`,
  },
  {
    name: "q6-forecast",
    calls: 60,
    sql: `SELECT sum(l_extendedprice * l_discount) AS revenue FROM lineitem
      WHERE l_shipdate >= $1 AND l_shipdate < $2 AND l_discount BETWEEN $3 AND $4 AND l_quantity < $5`,
    parameters: `SELECT DATE '1993-01-01' + 60 * i::INTEGER, DATE '1993-03-01' + 60 * i::INTEGER, 0.05, 0.07, 24 ${MONTHS}`,
  },
  {
    name: "q10-returned-items",
    calls: 15,
    sql: `SELECT c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
      FROM customer JOIN orders ON c_custkey = o_custkey JOIN lineitem ON l_orderkey = o_orderkey
      WHERE o_orderdate >= $1 AND o_orderdate < $2 AND l_returnflag = 'R'
      GROUP BY c_custkey, c_name ORDER BY revenue DESC, c_custkey LIMIT 20`,
    parameters: `SELECT DATE '1993-01-01' + 30 * i::INTEGER, DATE '1993-04-01' + 30 * i::INTEGER ${MONTHS}`,
  },
  {
    name: "q12-ship-modes",
    calls: 15,
    sql: `SELECT l_shipmode, sum(CASE WHEN o_orderpriority IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END) AS high,
      count(*) AS lines FROM orders JOIN lineitem ON o_orderkey = l_orderkey
      WHERE l_shipmode IN ($1, $2) AND l_receiptdate >= $3 AND l_receiptdate < $4 GROUP BY l_shipmode ORDER BY 1`,
    parameters: `SELECT 'MAIL', 'SHIP', DATE '1993-01-01' + 120 * i::INTEGER, DATE '1994-01-01' + 120 * i::INTEGER ${MONTHS}`,
  },
  {
    name: "q14-promotion",
    calls: 30,
    sql: `SELECT sum(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END) AS promo,
      sum(l_extendedprice * (1 - l_discount)) AS total
      FROM lineitem JOIN part ON l_partkey = p_partkey WHERE l_shipdate >= $1 AND l_shipdate < $2`,
    parameters: `SELECT DATE '1995-01-01' + 30 * i::INTEGER, DATE '1995-02-01' + 30 * i::INTEGER ${MONTHS}`,
  },
  {
    name: "q18-order-lines",
    calls: 200,
    sql: "SELECT * FROM lineitem WHERE l_orderkey = $1",
    parameters: existing("orders", "o_orderkey"),
  },
  {
    name: "q19-discounted-parts",
    calls: 10,
    sql: `SELECT sum(l_extendedprice * (1 - l_discount)) AS revenue FROM lineitem JOIN part ON p_partkey = l_partkey
      WHERE p_brand = $1 AND l_shipmode IN ('AIR', 'REG AIR') AND l_quantity BETWEEN $2 AND $3`,
    parameters: `SELECT 'Brand#' || (12 + 5 * i), 1 + i, 11 + i ${MONTHS}`,
  },
  {
    name: "orders-of-customer",
    calls: 200,
    sql: "SELECT o_orderkey, o_orderdate, o_totalprice FROM orders WHERE o_custkey = $1",
    parameters: existing("customer", "c_custkey"),
  },
];
