import { z } from "zod";
import type { ErrorCode, Permission } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";
import { assertStorable } from "../assert-storable";
import { parsePart } from "./parse-part";
import { requestFaults } from "./problem";
import type { RestServices } from "./services";
import { findUnknownFields } from "./unknown-fields";

const NOTHING = z.object({});
export type RouteMethod = "GET" | "POST";

export interface JsonAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}
export interface StreamAnswer {
  stream: ReadableStream<Uint8Array>;
  contentType: string;
  /** Settles when the stream has ended or its reader has gone. */
  closed: Promise<void>;
}
export type RouteAnswer = JsonAnswer | StreamAnswer;

export interface RouteScope {
  ctx: ServiceContext;
  services: RestServices;
  /** Aborted when the caller has gone. */
  signal: AbortSignal;
}

export interface DocumentedAnswer {
  description: string;
  /** Left out: the answer has no JSON body. */
  schema?: z.ZodType;
  /** `application/json` unless told. */
  contentType?: string;
  headers?: Record<string, string>;
}

/** All that is published of a route and that decides how it is guarded. */
export interface RouteMeta {
  method: RouteMethod;
  /** OpenAPI form: `/agent/suggestions/{id}`. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  description: string;
  /** null: open to everybody. */
  permission: Permission | null;
  /**
   * What happens to body fields the schema does not know. Commands refuse them (a misspelt
   * `item_ids` must not approve everything); observations and messages ignore them.
   */
  unknownFields: "refuse" | "ignore";
  /** True: a request without body counts as `{}`. */
  isBodyOptional: boolean;
  /** Which bound of simultaneous requests it counts against. */
  gate: "requests" | "streams" | "none";
  answers: Record<`${number}`, DocumentedAnswer>;
  /** Error codes of this route beside those every route can answer. */
  errors: ErrorCode[];
}

export interface RawRequest {
  params: Record<string, string>;
  query: Record<string, string>;
  /** Parsed JSON; undefined without body. */
  body: unknown;
}

export interface Route extends RouteMeta {
  params: z.ZodObject;
  query: z.ZodObject;
  body: z.ZodType | null;
  /** Parses the request; the answer runs the handler. Throws `invalid_input`. */
  prepare(raw: RawRequest): (scope: RouteScope) => Promise<RouteAnswer>;
}

type Defaulted = "unknownFields" | "isBodyOptional" | "gate" | "errors";

function parseBody<Body extends z.ZodType>(meta: RouteMeta, schema: Body, sent: unknown) {
  const value = sent === undefined && meta.isBodyOptional ? {} : sent;
  assertStorable(value);
  const body = parsePart(schema, value, "body");
  const unknown = meta.unknownFields === "refuse" ? findUnknownFields(value, body) : [];
  if (unknown.length === 0) return body;
  throw requestFaults(
    unknown.map((pointer) => ({ location: "body", pointer, detail: "unknown field" })),
  );
}

/**
 * One route: what it takes, answers and needs, from which both its handler and its part of the
 * OpenAPI document are made. The handler is thin: one verb, then the answer.
 */
export function defineRoute<
  Params extends z.ZodObject = typeof NOTHING,
  Query extends z.ZodObject = typeof NOTHING,
  Body extends z.ZodType = z.ZodUnknown,
>(
  definition: Omit<RouteMeta, Defaulted> &
    Partial<Pick<RouteMeta, Defaulted>> & {
      params?: Params;
      query?: Query;
      body?: Body;
      handler(
        input: RouteScope & {
          params: z.output<Params>;
          query: z.output<Query>;
          body: z.output<Body>;
        },
      ): Promise<RouteAnswer>;
    },
): Route {
  const { params: _p, query: _q, body: bodySchema, handler, ...given } = definition;
  const meta: RouteMeta = {
    unknownFields: "refuse",
    isBodyOptional: false,
    gate: "requests",
    errors: [],
    ...given,
  };
  // The defaults of the type parameters are exactly these values.
  const params = (definition.params ?? NOTHING) as Params;
  const query = (definition.query ?? NOTHING) as Query;
  const body = bodySchema ?? (z.unknown() as z.ZodType as Body);
  return {
    ...meta,
    params,
    query,
    body: bodySchema ?? null,
    prepare(raw) {
      assertStorable(raw.query);
      const input = {
        params: parsePart(params, raw.params, "path"),
        query: parsePart(query, raw.query, "query"),
        body: parseBody(meta, body, raw.body),
      };
      return (scope) => handler({ ...scope, ...input });
    },
  };
}
