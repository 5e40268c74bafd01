import type { Workload } from "../types";
import { createTable, fillTable, textList } from "./tables";
import { TPCH_QUERIES } from "./tpch-queries";

const SEGMENTS = ["AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"];
const MODES = ["AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"];
const PRIORITIES = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"];
const COLOURS = [
  "almond",
  "azure",
  "blue",
  "coral",
  "forest",
  "green",
  "ivory",
  "khaki",
  "plum",
  "red",
];

/**
 * The tables and about half of the queries of TPC-H, in its published schema, simplified in
 * distributions and texts. Rows: lineitem; the other tables keep their proportions.
 */
export const tpch: Workload = {
  name: "tpch-like",
  title: "orders and line items, joins and date ranges",
  rows: 600_000,
  insertTable: "lineitem",
  isSearched: true,
  load: (rows) => [...dimensions(rows), ...facts(rows)],
  queries: () => TPCH_QUERIES,
};

function dimensions(rows: number): string[] {
  const [suppliers, parts, customers] = [rows / 600, rows / 30, rows / 40].map(Math.round);
  return [
    createTable("region", ["r_regionkey INTEGER PRIMARY KEY", "r_name VARCHAR NOT NULL"]),
    "INSERT INTO region VALUES (0, 'AFRICA'), (1, 'AMERICA'), (2, 'ASIA'), (3, 'EUROPE'), (4, 'MIDDLE EAST')",
    createTable("nation", [
      "n_nationkey INTEGER PRIMARY KEY",
      "n_name VARCHAR",
      "n_regionkey INTEGER",
    ]),
    fillTable("nation", 25, ["i", "'NATION ' || i", "i % 5"]),
    createTable("supplier", [
      "s_suppkey BIGINT PRIMARY KEY",
      "s_name VARCHAR",
      "s_nationkey INTEGER",
      "s_acctbal DECIMAL(15,2)",
    ]),
    fillTable("supplier", suppliers ?? 1, [
      "i",
      "'Supplier#' || lpad(i::VARCHAR, 9, '0')",
      "num(i, 1, 25)",
      "num(i, 2, 1000000) / 100.0",
    ]),
    createTable("part", [
      "p_partkey BIGINT PRIMARY KEY",
      "p_name VARCHAR",
      "p_brand VARCHAR",
      "p_type VARCHAR",
      "p_size INTEGER",
      "p_container VARCHAR",
      "p_retailprice DECIMAL(15,2)",
    ]),
    fillTable("part", parts ?? 1, [
      "i",
      `pick(${textList(COLOURS)}, u(i, 1)) || ' ' || pick(${textList(COLOURS)}, u(i, 2))`,
      "'Brand#' || (11 + num(i, 3, 45))",
      "pick(['PROMO', 'STANDARD', 'SMALL', 'LARGE'], u(i, 4)) || ' ' || pick(['TIN', 'BRASS', 'STEEL'], u(i, 5))",
      "1 + num(i, 6, 50)",
      "pick(['SM BOX', 'LG BOX', 'MED BAG', 'JUMBO JAR'], u(i, 7))",
      "900 + num(i, 8, 120000) / 100.0",
    ]),
    createTable("customer", [
      "c_custkey BIGINT PRIMARY KEY",
      "c_name VARCHAR",
      "c_nationkey INTEGER",
      "c_phone VARCHAR",
      "c_acctbal DECIMAL(15,2)",
      "c_mktsegment VARCHAR",
    ]),
    fillTable("customer", customers ?? 1, [
      "i",
      "'Customer#' || lpad(i::VARCHAR, 9, '0')",
      "num(i, 1, 25)",
      "(10 + num(i, 1, 25)) || '-' || (100 + num(i, 2, 900)) || '-' || (1000 + num(i, 3, 9000))",
      "num(i, 4, 1100000) / 100.0 - 1000",
      `pick(${textList(SEGMENTS)}, u(i, 5))`,
    ]),
  ];
}

function facts(rows: number): string[] {
  const [orders, suppliers, parts, customers] = [rows / 4, rows / 600, rows / 30, rows / 40].map(
    Math.round,
  );
  return [
    createTable("orders", [
      "o_orderkey BIGINT PRIMARY KEY",
      "o_custkey BIGINT",
      "o_orderstatus VARCHAR",
      "o_totalprice DECIMAL(15,2)",
      "o_orderdate DATE",
      "o_orderpriority VARCHAR",
      "o_clerk VARCHAR",
      "o_comment VARCHAR",
    ]),
    fillTable("orders", orders ?? 1, [
      "i",
      `num(i, 1, ${customers})`,
      "pick(['O', 'F', 'P'], u(i, 2))",
      "1000 + num(i, 3, 40000000) / 100.0",
      "DATE '1992-01-01' + num(i, 4, 2400)",
      `pick(${textList(PRIORITIES)}, u(i, 5))`,
      "'Clerk#' || lpad(num(i, 6, 1000)::VARCHAR, 9, '0')",
      "md5(i::VARCHAR) || ' ' || pick(['special requests', 'furious deposits', 'quick packages'], u(i, 7))",
    ]),
    createTable("lineitem", [
      "l_orderkey BIGINT",
      "l_partkey BIGINT",
      "l_suppkey BIGINT",
      "l_linenumber INTEGER",
      "l_quantity DECIMAL(15,2)",
      "l_extendedprice DECIMAL(15,2)",
      "l_discount DECIMAL(15,2)",
      "l_tax DECIMAL(15,2)",
      "l_returnflag VARCHAR",
      "l_linestatus VARCHAR",
      "l_shipdate DATE",
      "l_commitdate DATE",
      "l_receiptdate DATE",
      "l_shipinstruct VARCHAR",
      "l_shipmode VARCHAR",
    ]),
    fillTable("lineitem", rows, [
      "i // 4",
      `num(i, 1, ${parts})`,
      `num(i, 2, ${suppliers})`,
      "1 + i % 4",
      "1 + num(i, 3, 50)",
      "(1 + num(i, 3, 50)) * (900 + num(i, 4, 1000))",
      "num(i, 5, 11) / 100.0",
      "num(i, 6, 9) / 100.0",
      "pick(['A', 'N', 'R'], u(i, 7))",
      "pick(['O', 'F'], u(i, 8))",
      "DATE '1992-01-01' + num(i // 4, 4, 2400) + 1 + num(i, 9, 121)",
      "DATE '1992-01-01' + num(i // 4, 4, 2400) + 30 + num(i, 10, 61)",
      "DATE '1992-01-01' + num(i // 4, 4, 2400) + 1 + num(i, 9, 121) + 1 + num(i, 11, 30)",
      "pick(['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'], u(i, 12))",
      `pick(${textList(MODES)}, u(i, 13))`,
    ]),
  ];
}
