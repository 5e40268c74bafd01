/** The request of the specification's example, copied from it. */
export const SPECIFIED_REQUEST = `{
  "operation_type": "schema_optimization",
  "context": {
    "table_name": "projects",
    "query_patterns": [
      {"query": "SELECT * FROM projects WHERE status = ?", "frequency": 120},
      {"query": "SELECT * FROM projects WHERE creation_date > ?", "frequency": 45}
    ],
    "current_schema": [
      {"name": "project_id", "type": "UUID", "indexed": true},
      {"name": "project_name", "type": "VARCHAR", "indexed": false},
      {"name": "status", "type": "VARCHAR", "indexed": false},
      {"name": "creation_date", "type": "DATE", "indexed": false}
    ]
  }
}`;
