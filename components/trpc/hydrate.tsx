import "server-only";
import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import { TRPCError } from "@trpc/server";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
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

/** Nothing of this id, or no such form of id: not found. Anything else is shown by the page. */
export function rejectUnknownId(error: unknown): undefined {
  const isUnknown =
    error instanceof TRPCError && (error.code === "NOT_FOUND" || error.code === "BAD_REQUEST");
  if (isUnknown) notFound();
}
