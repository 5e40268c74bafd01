import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { expect } from "vitest";
import { createOpenApiDocument } from "../openapi";
import { ROUTES } from "../routes";

const document = createOpenApiDocument(ROUTES);
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, "openapi");

const compiled = new Map<string, ValidateFunction>();
const token = (text: string) =>
  encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"));

function validatorOf(pointer: string): ValidateFunction {
  const found = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
  compiled.set(pointer, found);
  return found;
}

/** Fails unless the published document describes this status and media type and the body fits. */
export async function expectMatchesOpenApi(
  response: Response,
  method: "get" | "post",
  path: string,
): Promise<unknown> {
  const mediaType = response.headers.get("content-type")?.split(";", 1)[0] ?? "";
  const answer = document.paths?.[path]?.[method]?.responses?.[`${response.status}`];
  expect(answer, `${method} ${path} documents ${response.status}`).toBeDefined();
  const content = answer !== undefined && "content" in answer ? answer.content : {};
  expect(Object.keys(content ?? {}), `media types of ${response.status}`).toContain(mediaType);
  const body: unknown = await response.clone().json();
  if (content?.[mediaType]?.schema === undefined) return body;
  const route = ["paths", path, method, "responses", String(response.status)];
  const pointer = [...route, "content", mediaType, "schema"].map((part) => `/${token(part)}`);
  const validate = validatorOf(pointer.join(""));
  expect(validate(body) ? [] : validate.errors).toEqual([]);
  return body;
}
