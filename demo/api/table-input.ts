import { z } from "zod";

/** Plain lower-case names: nothing that needs quoting, nothing of the sidecar's (`_sidecar_…`). */
export const TableName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "a name of lower-case letters, digits and _");

const ColumnType = z
  .string()
  .transform((text) => text.trim().toUpperCase())
  .pipe(
    z
      .string()
      .regex(
        /^(BOOLEAN|TINYINT|SMALLINT|INTEGER|BIGINT|DOUBLE|REAL|DATE|TIMESTAMP|TIME|UUID|TEXT|VARCHAR|CHAR\([1-9]\d{0,2}\)|VARCHAR\([1-9]\d{0,3}\)|DECIMAL\(([1-9]|[12]\d|3[0-8]),\d{1,2}\))$/,
        "a type this product offers",
      ),
  );

export const Column = z.object({
  name: TableName,
  type: ColumnType,
  nullable: z.boolean().default(true),
  primary_key: z.boolean().default(false),
});
export type Column = z.infer<typeof Column>;

export const CreateTable = z.object({ name: TableName, columns: z.array(Column).min(1).max(200) });
export const UpdateTable = z.object({
  add_columns: z
    .array(Column.omit({ nullable: true, primary_key: true }))
    .max(50)
    .default([]),
  drop_columns: z.array(TableName).max(50).default([]),
});
