import { openApiDocument } from "../app";
import { createOpenApiMatcher } from "./openapi-matcher";

/** Checks of answers against the sidecar's own document. */
export const { expectMatchesOpenApi, expectMatchesShape } = createOpenApiMatcher(openApiDocument());
