import type { TableSchema } from "@/server/contracts";

const column = (name: string, type: string, distinct_count: number, min: string, max: string) => ({
  ...{ name, type, nullable: true, default_sql: null },
  statistics: { distinct_count, null_fraction: 0, min, max },
});

/** Orders, by their statistics 3,000,000: the table of the kinds' samples. */
export const ORDERS: TableSchema = {
  name: "orders",
  row_count: 3_000_000,
  estimated_bytes: 300_000_000,
  columns: [
    { ...column("order_id", "BIGINT", 3_000_000, "0", "2999999"), nullable: false },
    column("customer", "VARCHAR", 2_900_000, "c0", "c999999"),
    column("status", "VARCHAR", 3, "CLOSED", "SHIPPED"),
    column("ordered_on", "DATE", 3650, "2010-01-01", "2019-12-29"),
    column("amount", "DECIMAL(20,2)", 1_000_000, "0.00", "3750000.00"),
  ],
  indexes: [],
  constraints: [{ type: "PRIMARY KEY", columns: ["order_id"], sql: "PRIMARY KEY(order_id)" }],
};

/** A few of these rows. */
export const ORDERS_SQL =
  "SELECT i, 'c' || i, ['OPEN', 'SHIPPED', 'CLOSED'][1 + i % 3], " +
  "DATE '2010-01-01' + CAST((i * 37) % 3650 AS INTEGER), i * 1.25 FROM range(200) r(i)";
