import type { Workload } from "../types";
import { createTable, fillTable, textList } from "./tables";

const STATUSES = ["new", "paid", "packed", "shipped", "delivered", "returned", "cancelled"];
const CHANNELS = ["web", "app", "phone", "partner"];
/** Further columns nobody asks for: what makes the table wide. */
const ATTRIBUTES = Array.from({ length: 24 }, (_, at) => `attribute_${at + 1}`);

/** Everything of an order in one table of 40 columns, dates and numbers as text: an import gone live. */
export const wide: Workload = {
  name: "wide-text",
  title: "one wide import: 40 columns, dates and codes as text",
  rows: 500_000,
  insertTable: "orders_export",
  isSearched: true,
  load: (rows) => [
    createTable("orders_export", [
      "order_no VARCHAR",
      "order_date VARCHAR",
      "ship_date VARCHAR",
      "status VARCHAR",
      "channel VARCHAR",
      "customer_no VARCHAR",
      "customer_name VARCHAR",
      "customer_email VARCHAR",
      "country VARCHAR",
      "city VARCHAR",
      "quantity VARCHAR",
      "currency VARCHAR",
      "amount DECIMAL(12,2)",
      "discount DECIMAL(5,2)",
      "warehouse VARCHAR",
      "carrier VARCHAR",
      ...ATTRIBUTES.map((name) => `${name} VARCHAR`),
    ]),
    fillTable("orders_export", rows, [
      "'SO-' || lpad(i::VARCHAR, 9, '0')",
      "(DATE '2021-01-01' + num(i, 1, 1826))::VARCHAR",
      "(DATE '2021-01-01' + num(i, 1, 1826) + 1 + num(i, 2, 9))::VARCHAR",
      `pick(${textList(STATUSES)}, u(i, 3))`,
      `pick(${textList(CHANNELS)}, u(i, 4))`,
      `(100000 + num(i, 5, ${Math.round(rows / 8)}))::VARCHAR`,
      `'Customer ' || num(i, 5, ${Math.round(rows / 8)})`,
      `'c' || num(i, 5, ${Math.round(rows / 8)}) || '@mail.example'`,
      "pick(['FR', 'DE', 'ES', 'IT', 'NL', 'PL', 'SE'], u(i, 6))",
      "'City ' || num(i, 7, 900)",
      "(1 + num(i, 8, 20))::VARCHAR",
      "pick(['EUR', 'PLN', 'SEK'], u(i, 9))",
      "5 + num(i, 10, 200000) / 100.0",
      "num(i, 11, 30)",
      "'WH-' || num(i, 12, 12)",
      "pick(['fast', 'post', 'parcel'], u(i, 13))",
      ...ATTRIBUTES.map((_, at) => `'a' || num(i, ${14 + at}, ${20 + at * 30})`),
    ]),
  ],
  queries: () => [
    {
      name: "month-by-status",
      calls: 80,
      sql: `SELECT status, count(*) AS orders, sum(amount) AS amount FROM orders_export
        WHERE order_date >= $1 AND order_date < $2 GROUP BY status ORDER BY 1`,
      parameters:
        "SELECT (DATE '2021-03-01' + to_months(8 * i::INTEGER))::DATE::VARCHAR, (DATE '2021-04-01' + to_months(8 * i::INTEGER))::DATE::VARCHAR FROM range(6) r(i)",
    },
    {
      name: "open-by-warehouse",
      calls: 60,
      sql: `SELECT warehouse, count(*) AS orders, min(order_date) AS oldest FROM orders_export
        WHERE status = $1 GROUP BY warehouse ORDER BY 1`,
      parameters: `SELECT pick(${textList(STATUSES)}, i / 6.0) FROM range(6) r(i)`,
    },
    {
      name: "by-order",
      calls: 300,
      sql: "SELECT * FROM orders_export WHERE order_no = $1",
      parameters: "SELECT 'SO-' || lpad((17 + 977 * i)::VARCHAR, 9, '0') FROM range(6) r(i)",
    },
    {
      name: "by-customer",
      calls: 150,
      sql: "SELECT order_no, order_date, status, amount FROM orders_export WHERE customer_no = $1",
      parameters: "SELECT customer_no FROM orders_export ORDER BY hash(rowid) LIMIT 6",
    },
    {
      name: "by-day",
      calls: 60,
      sql: "SELECT order_no, customer_name, city, amount FROM orders_export WHERE order_date = $1",
      parameters: "SELECT (DATE '2021-05-05' + 211 * i::INTEGER)::VARCHAR FROM range(6) r(i)",
    },
    {
      name: "country-channel",
      calls: 30,
      sql: `SELECT country, channel, count(*) AS orders, sum(amount) AS amount FROM orders_export
        GROUP BY country, channel ORDER BY 1, 2`,
    },
    {
      name: "year-of-date",
      calls: 15,
      sql: "SELECT count(*) AS orders, sum(amount) AS amount FROM orders_export WHERE left(order_date, 4) = $1",
      parameters: "SELECT (2021 + i % 5)::VARCHAR FROM range(5) r(i)",
    },
  ],
};
