import type { OpenApiDocument } from "@/server/api/rest";

export type Schemas = NonNullable<NonNullable<OpenApiDocument["components"]>["schemas"]>;
type PathItem = NonNullable<OpenApiDocument["paths"]>[string];
/** What one method of one address takes and answers. */
export type OperationObject = NonNullable<PathItem["get"]>;
type Schema = Schemas[string];
type SchemaObject = Exclude<Schema, { $ref: string }>;

/** One field of a shape, ready to be shown. */
export interface Field {
  name: string;
  isRequired: boolean;
  description: string;
  type: TypePart[];
  /** Fields of an object written in place. */
  fields: Field[];
}

/** Text, or the name of a shape that has its own section. */
export type TypePart = { text: string } | { schema: string };

const REF = "#/components/schemas/";
const text = (value: string): TypePart[] => [{ text: value }];

function joined(parts: TypePart[][], separator: string): TypePart[] {
  return parts.flatMap((part, i) => (i === 0 ? part : [...text(separator), ...part]));
}

function limitsOf(schema: SchemaObject): string {
  const { minimum, maximum, minLength, maxLength, pattern } = schema;
  const limits = [
    // A named format says more than the expression that checks it.
    pattern === undefined || schema.format !== undefined ? "" : `/${pattern}/`,
    minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? "" : `≥ ${minimum}`,
    maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? "" : `≤ ${maximum}`,
    minLength === undefined ? "" : `at least ${minLength} characters`,
    maxLength === undefined ? "" : `at most ${maxLength} characters`,
  ].filter((limit) => limit !== "");
  return limits.length === 0 ? "" : ` (${limits.join(", ")})`;
}

/** A schema in one line: `string | null`, `Suggestion[]`, `"a" | "b"`. */
export function typeOf(schema: Schema): TypePart[] {
  if ("$ref" in schema && typeof schema.$ref === "string") {
    return [{ schema: schema.$ref.slice(REF.length) }];
  }
  const known = schema as SchemaObject;
  // A named shape with a description of its own here.
  if (known.allOf?.[0] !== undefined) return typeOf(known.allOf[0]);
  const choices = known.anyOf ?? known.oneOf;
  if (choices !== undefined) return joined(choices.map(typeOf), " | ");
  if (known.enum !== undefined) return text(known.enum.map((v) => JSON.stringify(v)).join(" | "));
  if (known.const !== undefined) return text(JSON.stringify(known.const));
  if (Array.isArray(known.type) && known.type.includes("null")) {
    const [type, ...others] = known.type.filter((name) => name !== "null");
    if (type !== undefined && others.length === 0) {
      return joined([typeOf({ ...known, type }), text("null")], " | ");
    }
  }
  if (known.type === "array") {
    const items = known.items === undefined ? text("any") : typeOf(known.items);
    const isChoice = items.some((part) => "text" in part && part.text.includes(" | "));
    return isChoice ? [...text("("), ...items, ...text(")[]")] : [...items, ...text("[]")];
  }
  const name = Array.isArray(known.type) ? known.type.join(" | ") : (known.type ?? "any");
  return text(`${known.format ?? name}${limitsOf(known)}`);
}

/** The object written in place inside a schema (itself, its items or one of its choices). */
function inlineObject(schema: Schema): SchemaObject | null {
  if ("$ref" in schema) return null;
  const known = schema as SchemaObject;
  if (known.properties !== undefined) return known;
  if (known.items !== undefined) return inlineObject(known.items);
  for (const choice of known.anyOf ?? known.oneOf ?? []) {
    const found = inlineObject(choice);
    if (found !== null) return found;
  }
  return null;
}

/** The fields of a schema, nested objects included; empty for what is no object. */
export function fieldsOf(schema: Schema): Field[] {
  const object = inlineObject(schema);
  if (object === null) return [];
  return Object.entries(object.properties ?? {}).map(([name, property]) => ({
    name,
    isRequired: object.required?.includes(name) ?? false,
    description: descriptionOf(property),
    type: typeOf(property),
    fields: fieldsOf(property),
  }));
}

/** What is said of a property; a named shape's is beside its reference. */
function descriptionOf(schema: Schema): string {
  const beside = "allOf" in schema ? (schema.allOf ?? []) : [];
  const found = [schema, ...beside].find((part) => "description" in part && part.description);
  return found?.description ?? "";
}
