import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { appRouter, createContext } from "@/server/api/trpc";
import { webRoot } from "@/server/platform";

function handle(request: Request): Promise<Response> {
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: () => createContext(request.headers),
    onError({ error, path, ctx }) {
      if (error.code !== "INTERNAL_SERVER_ERROR") return;
      // Made when needed: a build has no settings, and importing this must not ask for them.
      webRoot().log.error(
        { err: error.cause ?? error, path, request_id: ctx?.requestId },
        "trpc error",
      );
    },
  });
}

export { handle as GET, handle as POST };
