import type { oas31 } from "zod-openapi";

const REF = "#/components/schemas/";
const SUFFIX = "Output";

/** Names of the shapes a value refers to, directly. */
function referred(value: unknown): string[] {
  const found = JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  return [...found].map(([, name]) => name ?? "");
}

function reachableFrom(paths: unknown, schemas: Record<string, unknown>): Set<string> {
  const reachable = new Set<string>();
  const waiting = referred(paths);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reachable.has(name)) continue;
    reachable.add(name);
    waiting.push(...referred(schemas[name]));
  }
  return reachable;
}

/**
 * The generator makes every named shape twice, as a request's and as an answer's. Here the unused
 * one of each pair goes, and an answer's shape that has no rival loses its suffix.
 */
export function pruneSchemas(document: oas31.OpenAPIObject): oas31.OpenAPIObject {
  const schemas = { ...document.components?.schemas };
  const reachable = reachableFrom(document.paths, schemas);
  for (const name of Object.keys(schemas)) if (!reachable.has(name)) delete schemas[name];
  let text = JSON.stringify({ ...document, components: { ...document.components, schemas } });
  for (const name of reachable) {
    const plain = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
    if (plain === name || reachable.has(plain)) continue;
    text = text.replaceAll(`"${REF}${name}"`, `"${REF}${plain}"`);
    text = text.replaceAll(`"${name}":`, `"${plain}":`);
  }
  return JSON.parse(text);
}
