import { AppError, type ServiceContext } from "@/server/platform";
import { isJsonType, ownOrigin } from "@/server/platform/http";

const READING_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * Throws `forbidden` for a write that no page of ours sent. A browser adds its cookies to what any
 * page sends to this host, on whatever port that page is; it also says, where no page can change it,
 * which origin sent it. `isRequired`: a caller that says neither is refused too.
 */
export function assertSameOrigin({
  ctx: { settings },
  input: { request, isRequired = true },
}: {
  ctx: Pick<ServiceContext, "settings">;
  input: { request: Pick<Request, "headers" | "method" | "url">; isRequired?: boolean };
}): void {
  if (READING_METHODS.includes(request.method)) return;
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const isOwn =
    (origin === null || origin === ownOrigin(settings, request)) &&
    (site === null || site === "same-origin");
  const isUnsaid = origin === null && site === null;
  if (isOwn && !(isUnsaid && isRequired)) return;
  throw new AppError(
    "forbidden",
    "A session's writes must come from a page of this site: Origin must be its own. " +
      "Programs use a bearer token or an API key.",
    { details: { reason: "foreign_origin" } },
  );
}

/**
 * Throws unless a session's write came from a page of ours, as JSON: what a form can post, or a page
 * send without asking first, is never one. `forbidden`, `unsupported_media_type`.
 */
export function assertSessionWrite({
  ctx,
  input: { request },
}: {
  ctx: Pick<ServiceContext, "settings">;
  input: { request: Pick<Request, "headers" | "method" | "url"> };
}): void {
  if (READING_METHODS.includes(request.method)) return;
  assertSameOrigin({ ctx, input: { request } });
  if (isJsonType(request.headers.get("content-type"))) return;
  throw new AppError("unsupported_media_type", "Send the body as application/json.");
}
