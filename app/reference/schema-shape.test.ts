import { OpenAPIHono, z } from "@hono/zod-openapi";
import { expect, test } from "vitest";
import { fieldsOf, typeOf } from "./schema-shape";

/** A schema as the generator of the published document writes it. */
function schemaOf(schema: z.ZodType) {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  openAPIRegistry.register("Shape", schema);
  const { components } = getOpenAPI31Document({
    openapi: "3.1.1",
    info: { title: "", version: "" },
  });
  return components?.schemas?.Shape ?? {};
}
const lineOf = (schema: z.ZodType) =>
  typeOf(schemaOf(schema))
    .map((part) => ("schema" in part ? part.schema : part.text))
    .join("");

test.each([
  [z.string().nullable(), "string | null"],
  [z.array(z.number()), "number[]"],
  [z.array(z.union([z.string(), z.boolean()])), "(string | boolean)[]"],
  [z.enum(["a", "b"]), '"a" | "b"'],
  [z.literal("a"), '"a"'],
  [z.number().min(0).max(1), "number (≥ 0, ≤ 1)"],
  [z.iso.datetime(), "date-time"],
  [z.iso.datetime().nullable(), "date-time | null"],
  [z.array(z.string()).nullable(), "string[] | null"],
  [z.unknown(), "any"],
])("a type reads in one line (%#)", (schema, line) => {
  expect(lineOf(schema)).toBe(line);
});

test("a named shape is told by its name, to be linked", () => {
  expect(typeOf({ $ref: "#/components/schemas/Plan" })).toEqual([{ schema: "Plan" }]);
});

test("objects inside lists and choices show their fields", () => {
  const inner = z.object({ b: z.string().describe("why") });
  const fields = fieldsOf(
    schemaOf(z.object({ a: z.array(inner).nullable(), c: inner.optional() })),
  );
  expect(fields).toMatchObject([
    { name: "a", isRequired: true, fields: [{ name: "b", description: "why" }] },
    { name: "c", isRequired: false, fields: [{ name: "b" }] },
  ]);
});
