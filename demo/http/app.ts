import { OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import {
  CONNECTOR_VERSION,
  CONNECTOR_VERSION_HEADER,
  type ErrorCode,
  PROBLEMS,
  understandsConnector,
} from "@/server/contracts";
import { AppError, toAppError } from "@/server/platform";

const BODY_BYTES_MAX = 1_048_576;

export interface HttpOptions {
  /** Throws AppError `unauthenticated` for a token that is not good. */
  verifyToken(token: string): Promise<void>;
  /** Told of what the product failed at: answers of 500 and more. */
  onError(error: unknown): void;
}

/** What Hono itself refuses, by the status it chose. */
const REFUSED: Record<number, ErrorCode> = {
  400: "invalid_input",
  413: "too_large",
  415: "unsupported_media_type",
};

function toKnown(thrown: unknown): AppError {
  const code = thrown instanceof HTTPException ? REFUSED[thrown.status] : undefined;
  if (code === undefined || !(thrown instanceof HTTPException)) return toAppError(thrown);
  return new AppError(code, thrown.message, { cause: thrown });
}

/** An error as problem+json (RFC 9457) with the stable code of the contract. */
function answerProblem(c: Context, error: AppError): Response {
  const { status, title } = PROBLEMS[error.code];
  const details = error.details === undefined ? {} : { details: error.details };
  const problem = { type: "about:blank", title, status, code: error.code, detail: error.message };
  return c.body(JSON.stringify({ ...problem, ...details }), status, {
    "content-type": "application/problem+json",
    ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...(typeof error.details?.allow === "string" ? { allow: error.details.allow } : {}),
  });
}

/** An app whose input is refused with every issue named. */
export function createRoutes(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      const issues = (result.error as z.ZodError).issues.slice(0, 20);
      throw new AppError("invalid_input", "The request does not match its contract.", {
        details: {
          issues: issues.map(({ path, message }) => ({ path: path.join("."), message })),
        },
      });
    },
  });
}

/** Lets only callers with a good bearer token pass. */
function requireToken({ verifyToken }: HttpOptions): MiddlewareHandler {
  return async (c, next) => {
    const [scheme, token] = (c.req.header("authorization") ?? "").split(" ");
    if (scheme?.toLowerCase() !== "bearer" || !token) {
      throw new AppError("unauthenticated", "This route needs `Authorization: Bearer <token>`.");
    }
    await verifyToken(token);
    await next();
  };
}

/** Tells the connector's version with every answer of it; refuses callers of another major version. */
const connectorVersion: MiddlewareHandler = async (c, next) => {
  c.header(CONNECTOR_VERSION_HEADER, CONNECTOR_VERSION);
  if (understandsConnector(c.req.header(CONNECTOR_VERSION_HEADER))) return next();
  const message = `This product speaks version ${CONNECTOR_VERSION} of the connector contract.`;
  throw new AppError("unsupported_version", message);
};

/** The product over HTTP: JSON in, JSON or a download out, problem+json for errors. */
export function createProductApp(
  options: HttpOptions,
  routes: readonly OpenAPIHono[],
): OpenAPIHono {
  const app = new OpenAPIHono();
  app.onError((thrown, c) => {
    const error = toKnown(thrown);
    if (PROBLEMS[error.code].status >= 500) options.onError(thrown);
    return answerProblem(c, error);
  });
  app.notFound((c) => answerProblem(c, new AppError("not_found", "There is no such route.")));
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const details = { allow: methods.join(", ") };
        const message = `${c.req.method} is not offered here.`;
        return answerProblem(c, new AppError("method_not_allowed", message, { details }));
      },
    }),
  );
  app.use("/connector/*", connectorVersion);
  const guard = requireToken(options);
  app.use("/admin/*", guard);
  // The contract itself is public.
  app.use("/connector/*", (c, next) =>
    c.req.path === "/connector/openapi.json" ? next() : guard(c, next),
  );
  app.use(
    bodyLimit({
      maxSize: BODY_BYTES_MAX,
      onError: () => {
        throw new AppError("too_large", `The body may have at most ${BODY_BYTES_MAX} bytes.`);
      },
    }),
  );
  for (const some of routes) app.route("/", some);
  return app;
}

/** A JSON body. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } };
}
