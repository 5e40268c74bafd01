import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { expect } from "vitest";
import type { OpenApiDocument } from "../openapi";

const token = (text: string) =>
  encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"));

type PathItem = NonNullable<OpenApiDocument["paths"]>[string];
type Operation = NonNullable<PathItem["get"]>;

const METHODS = ["get", "post", "put", "delete"] as const;

/** Headers that say something to the caller: the document must name each that is sent. */
const TELLING = ["allow", "idempotent-replayed", "location", "retry-after", "www-authenticate"];

function expectHeadersDocumented(response: Response, documented: Record<string, unknown>): void {
  const names = Object.keys(documented).map((name) => name.toLowerCase());
  const sent = [...TELLING, "x-request-id"].filter((name) => response.headers.has(name));
  expect(names).toEqual(expect.arrayContaining(sent));
}

/** Checks of answers against a published document. */
export function createOpenApiMatcher(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(document, "openapi");
  const compiled = new Map<string, ValidateFunction>();

  function validatorOf(pointer: string): ValidateFunction {
    const found = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    compiled.set(pointer, found);
    return found;
  }

  /** The documented path of a requested one, one without parameters first; undefined for no route. */
  function documentedPath(pathname: string): string | undefined {
    const paths = Object.keys(document.paths ?? {});
    const fits = (path: string) =>
      new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname);
    return paths.find((path) => path === pathname) ?? paths.find(fits);
  }

  /** What the document says of the request; any method of the path where it does not take this one. */
  function operationOf(method: string, path: string): [name: string, operation: Operation] {
    const item = document.paths?.[path] ?? {};
    const asked = METHODS.find((name) => name === method.toLowerCase());
    const name = [asked, ...METHODS].find((each) => each !== undefined && item[each]);
    const found = name === undefined ? undefined : item[name];
    if (name === undefined || found === undefined) throw new Error(`${path} has no operation`);
    return [name, found];
  }

  /** Fails unless the value fits a named shape of the published document. */
  function expectMatchesShape(name: string, value: unknown): void {
    const validate = validatorOf(`/components/schemas/${name}`);
    expect(validate(value) ? [] : validate.errors).toEqual([]);
  }

  /**
   * Fails unless the published document describes this status, media type and headers, and the body
   * fits its schema.
   */
  async function expectMatchesOpenApi(response: Response, request: Request): Promise<void> {
    const path = documentedPath(new URL(request.url).pathname);
    if (path === undefined) {
      expect(response.status).toBe(404);
      expectMatchesShape("Problem", await response.clone().json());
      return;
    }
    if (request.method === "OPTIONS") return;
    const [method, { responses }] = operationOf(request.method, path);
    const documented = responses?.[String(response.status)];
    expect(documented, `${request.method} ${path} documents ${response.status}`).toBeDefined();
    expectHeadersDocumented(response, documented?.headers ?? {});
    const mediaType = response.headers.get("content-type")?.split(";", 1)[0] ?? "";
    expect(Object.keys(documented?.content ?? {}), `media types of ${path}`).toContain(mediaType);
    if (mediaType === "text/event-stream") return;
    const route = ["paths", path, method, "responses", String(response.status)];
    const pointer = [...route, "content", mediaType, "schema"].map((part) => `/${token(part)}`);
    const validate = validatorOf(pointer.join(""));
    const isText = mediaType.startsWith("text/");
    const body = isText ? await response.clone().text() : await response.clone().json();
    expect(validate(body) ? [] : validate.errors).toEqual([]);
  }

  return { expectMatchesShape, expectMatchesOpenApi };
}
