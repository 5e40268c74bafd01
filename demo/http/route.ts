import type { ServerResponse } from "node:http";
import type { z } from "zod";
import { AppError } from "@/server/platform";

interface Call {
  path: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
}

export interface JsonAnswer {
  status: number;
  body: unknown;
}
/** An answer that writes itself (a download). */
export type StreamAnswer = (response: ServerResponse) => Promise<void>;

export interface Route {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** `/ops/projects/{id}` */
  path: string;
  isProtected: boolean;
  handle(call: Call): Promise<JsonAnswer | StreamAnswer>;
}

/** Input by its contract; every issue is named with its place. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid_input", "The request does not match its contract.", {
    details: {
      issues: parsed.error.issues.slice(0, 20).map((issue) => ({
        path: issue.path.join("."),
        message: issue.message,
      })),
    },
  });
}

/** The route and its path values; a known path with another method says so. */
export function matchRoute(
  routes: Route[],
  method: string,
  pathname: string,
): { route: Route; path: Record<string, string> } {
  const parts = pathname.split("/");
  let isKnownPath = false;
  for (const route of routes) {
    const path = matchPath(route.path.split("/"), parts);
    if (path === null) continue;
    if (route.method === method) return { route, path };
    isKnownPath = true;
  }
  throw isKnownPath
    ? new AppError("invalid_input", `${method} is not offered here.`)
    : new AppError("not_found", "There is no such route.");
}

function matchPath(pattern: string[], parts: string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const values: Record<string, string> = {};
  for (const [position, expected] of pattern.entries()) {
    const actual = parts[position] ?? "";
    if (expected.startsWith("{")) values[expected.slice(1, -1)] = decodePart(actual);
    else if (expected !== actual) return null;
  }
  return values;
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new AppError("invalid_input", "The path is not valid.", { cause });
  }
}
