/** Book-keeping of the connector: hidden from the schema, kept in the same file and transactions. */
export const CREATE_HIDDEN_TABLES = [
  `CREATE TABLE IF NOT EXISTS _sidecar_operations (
    operation_id VARCHAR PRIMARY KEY,
    state VARCHAR NOT NULL,
    operation VARCHAR NOT NULL
  )`,
  "CREATE TABLE IF NOT EXISTS _sidecar_meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)",
];
