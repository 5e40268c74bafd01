import "server-only";
import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { type AppRouter, appRouter, createContext } from "@/server/api/trpc";
import { webRoot } from "@/server/platform";

/** Query options that call the verbs in this process: what a page loads before it is sent. */
export async function createServerApi() {
  const queryClient = new QueryClient();
  const ctx = await createContext({ root: webRoot(), request: { headers: await headers() } });
  const trpc = createTRPCOptionsProxy<AppRouter>({ ctx, router: appRouter, queryClient });
  return { trpc, queryClient };
}

/** Hands what was loaded to the browser's cache. What failed is loaded again, and shown, there. */
export function Hydrate(props: { queryClient: QueryClient; children: ReactNode }) {
  return (
    <HydrationBoundary state={dehydrate(props.queryClient)}>{props.children}</HydrationBoundary>
  );
}
