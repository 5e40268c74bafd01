import type { OperationObject, Schemas } from "./schema-shape";

/** What is read of a schema here; OpenAPI's own type is a union that no field can be asked of. */
interface Shape {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  example?: unknown;
  const?: unknown;
  default?: unknown;
  enum?: unknown[];
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
  items?: Shape;
  minItems?: number;
  minimum?: number;
  properties?: Record<string, Shape>;
  required?: string[];
}

/** What a string of each format looks like. */
const FORMATS: Record<string, string> = {
  uuid: "00000000-0000-4000-8000-000000000000",
  "date-time": "2026-01-01T00:00:00.000Z",
  date: "2026-01-01",
  email: "ann@example.org",
  uri: "https://example.org/",
};
/** One of each form that a pattern of ours asks for. */
const TEXTS = ["text", "sugg-0a1b2c3d", "08:00"];
const DEPTH_MAX = 8;

const fits = (text: string, { pattern }: Shape) =>
  pattern === undefined || new RegExp(pattern, "u").test(text);

/** A value that fits a schema, with its required fields alone; named shapes are looked up in `schemas`. */
export function exampleOf(schema: Shape, schemas: Record<string, Shape>, depth = 0): unknown {
  if (depth > DEPTH_MAX) return null;
  const inner = (each: Shape) => exampleOf(each, schemas, depth + 1);
  if (schema.$ref !== undefined) {
    return inner(schemas[schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)] ?? {});
  }
  const given = [schema.example, schema.const, schema.default, schema.enum?.[0]];
  const known = given.find((value) => value !== undefined);
  if (known !== undefined) return known;
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice !== undefined) return inner(choice);
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map(inner));
  return ofType(schema, inner);
}

function ofType(schema: Shape, inner: (each: Shape) => unknown): unknown {
  const [type] = [schema.type ?? "object"].flat();
  switch (type) {
    case "string":
      return FORMATS[schema.format ?? ""] ?? TEXTS.find((text) => fits(text, schema));
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, 1);
    case "boolean":
      return true;
    case "array":
      return Array.from({ length: schema.minItems ?? 0 }, () => inner(schema.items ?? {}));
    case "null":
      return null;
    default: {
      const { properties = {}, required = [] } = schema;
      const fields = Object.entries(properties).filter(([name]) => required.includes(name));
      return Object.fromEntries(fields.map(([name, each]) => [name, inner(each)]));
    }
  }
}

/** Quoted for a shell of POSIX. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The call as a person types it: what is required, and a token where one is. */
export function curlOf(
  { method, path, operation }: { method: string; path: string; operation: OperationObject },
  schemas: Schemas,
): string {
  const known = schemas as Record<string, Shape>;
  const asked = (operation.parameters ?? []).flatMap((each) =>
    "name" in each && each.in === "query" && each.required === true
      ? [`${each.name}=${exampleOf((each.schema ?? {}) as Shape, known)}`]
      : [],
  );
  // `{id}`: the reader's own.
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);
  const query = asked.length === 0 ? "" : `?${asked.join("&")}`;
  const lines = [
    `curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`} "$SIDECAR${address}${query}"`,
  ];
  if ((operation.security ?? []).length > 0) lines.push('-H "Authorization: Bearer $TOKEN"');
  const body = operation.requestBody;
  const content = body !== undefined && "content" in body ? body.content : undefined;
  const schema = content?.["application/json"]?.schema;
  if (schema !== undefined) {
    lines.push('-H "Content-Type: application/json"');
    lines.push(`-d ${quoted(JSON.stringify(exampleOf(schema as Shape, known)))}`);
  }
  return lines.join(" \\\n  ");
}
