import type { ProductSchema, RequestableChange } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { newNameFault } from "@/server/sql";
import { typeReader } from "@/server/workload";
import { readTexts } from "./describe-queries";

/**
 * What of a requested change only DuckDB can tell: that a type is one and the default a value of it, that
 * a summary's new texts only read. Answers the changes with types as DuckDB writes them. Throws
 * `invalid_input`, naming the change by its place.
 */
export async function checkChanges(
  changes: readonly RequestableChange[],
  schema: ProductSchema,
): Promise<RequestableChange[]> {
  const checked: RequestableChange[] = [];
  for (const [index, change] of changes.entries()) {
    const refuse = (field: string, message: string) =>
      new AppError("invalid_input", message, {
        details: { pointer: `/changes/${index}/${field}` },
      });
    checked.push(await checkChange(change, schema, refuse));
  }
  return checked;
}

type Refuse = (field: string, message: string) => AppError;

async function checkChange(
  change: RequestableChange,
  schema: ProductSchema,
  refuse: Refuse,
): Promise<RequestableChange> {
  switch (change.kind) {
    case "add_column":
      return checkColumn(change, refuse);
    case "change_type": {
      const table = schema.tables.find(({ name }) => name === change.table);
      const column = table?.columns.find(({ name }) => name === change.column);
      // What it is changed from is the product's to say.
      return column === undefined ? change : { ...change, from: column.type };
    }
    case "materialize_summary":
      return checkSummary(change, refuse);
    default:
      return change;
  }
}

type AddColumn = Extract<RequestableChange, { kind: "add_column" }>;

async function checkColumn(change: AddColumn, refuse: Refuse): Promise<AddColumn> {
  const fault = newNameFault(change.column);
  if (fault !== null) throw refuse("column", fault);
  const types = await typeReader();
  const read = await types.read(change.type);
  if (!read.isType) {
    throw refuse(
      "type",
      `The type of ${JSON.stringify(change.column)} is not valid: ${read.reason}.`,
    );
  }
  const { type } = read;
  if (change.default !== null && !(await types.holds(String(change.default), type))) {
    throw refuse("default", `The default is not a value of ${type}, or would be rounded.`);
  }
  return { ...change, type };
}

type Summary = Extract<RequestableChange, { kind: "materialize_summary" }>;

/** Its texts are replayed on the shadow: queries alone. */
async function checkSummary(change: Summary, refuse: Refuse): Promise<Summary> {
  const fault = newNameFault(change.name);
  if (fault !== null) throw refuse("name", fault);
  const texts = change.rewrites.map(({ sql }) => ({ sql }));
  const read = await readTexts(texts, { tables: [], isShapeOnly: true }, {});
  const wrong = texts.findIndex((_, index) => {
    const shape = read[index]?.shape;
    return shape === undefined || shape.kind !== "select" || !shape.isParsed;
  });
  if (wrong >= 0) {
    throw refuse(
      `rewrites/${wrong}/sql`,
      "A summary's new text must be one query that DuckDB reads.",
    );
  }
  return change;
}
