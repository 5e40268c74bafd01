import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { openApiDocument } from "@/server/api/rest";
import { curlOf, exampleOf } from "./example";

const document = openApiDocument();
const schemas = document.components?.schemas ?? {};
const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  (["get", "post", "put", "patch", "delete"] as const).flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ method, path, operation }];
  }),
);

test("every route has an example, with a token where one is needed", () => {
  expect(operations.length).toBeGreaterThan(30);
  for (const entry of operations) {
    const example = curlOf(entry, schemas);
    expect(example).toMatch(/^curl (-X [A-Z]+ )?"\$SIDECAR\//);
    expect(example).not.toMatch(/undefined|\{\w+\}"/);
    expect(example.includes("$TOKEN")).toBe((entry.operation.security ?? []).length > 0);
  }
});

test("a body has the required fields, named shapes included", () => {
  const shape = {
    type: "object",
    required: ["id", "kinds", "by"],
    properties: {
      id: { type: "string", format: "uuid" },
      kinds: { type: "array", minItems: 1, items: { enum: ["a", "b"] } },
      by: { $ref: "#/components/schemas/Person" },
      note: { type: "string" },
    },
  };
  const person = { type: "object", required: ["age"], properties: { age: { type: "integer" } } };
  expect(exampleOf(shape, { Person: person })).toEqual({
    id: "00000000-0000-4000-8000-000000000000",
    kinds: ["a"],
    by: { age: 1 },
  });
});

test("the bodies of the examples fit their schemas", () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  ajv.addSchema({ $id: "doc", components: document.components });
  const misfits = operations.flatMap(({ operation }) => {
    const body = operation.requestBody;
    const schema = body && "content" in body ? body.content["application/json"]?.schema : undefined;
    if (schema === undefined) return [];
    const text = JSON.stringify(schema).replaceAll("#/components", "doc#/components");
    const fits = ajv.validate(
      JSON.parse(text),
      exampleOf(schema as object, schemas as object as Record<string, object>),
    );
    return fits ? [] : [`${operation.operationId}: ${ajv.errorsText()}`];
  });
  expect(misfits).toEqual([]);
});
