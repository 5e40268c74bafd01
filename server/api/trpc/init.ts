import { initTRPC } from "@trpc/server";
import { pageValues } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { assertStorable } from "../http";
import type { TrpcContext } from "./context";
import { toPublicError, toTrpcError } from "./error-map";

const t = initTRPC.context<TrpcContext>().create({
  transformer: pageValues,
  // A silent connection is told from a dead one: the browser reconnects after two missed pings.
  sse: {
    ping: { enabled: true, intervalMs: 10_000 },
    client: { reconnectAfterInactivityMs: 25_000 },
  },
  errorFormatter({ shape, error, ctx }) {
    const { message, appCode, details } = toPublicError(error);
    const { code, httpStatus } = shape.data;
    return {
      code: shape.code,
      message,
      data: { code, httpStatus, appCode, details, requestId: ctx?.requestId ?? null },
    };
  },
});

export const router = t.router;

/** For anybody, signed in or not: service errors mapped once, and texts that can be stored. */
export const openProcedure = t.procedure
  .use(async ({ next }) => {
    const result = await next();
    if (!result.ok && result.error.cause instanceof AppError) throw toTrpcError(result.error.cause);
    return result;
  })
  .use(async ({ getRawInput, next }) => {
    assertStorable(await getRawInput());
    return next();
  });

/** Every other procedure: for a signed-in person. */
export const procedure = openProcedure.use(async ({ ctx, next }) => {
  const { actor } = ctx;
  if (actor === null) throw toTrpcError(new AppError("unauthenticated", "Please sign in."));
  return next({ ctx: { ...ctx, actor } });
});
