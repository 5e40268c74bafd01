"use client";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import { readAppCode } from "@/components/common/explain-error";
import { signInAddress } from "@/components/shell/sign-in-address";
import type { AppRouter } from "@/server/api/trpc";
import { pageValues } from "@/server/contracts";

const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

export { TRPCProvider, useTRPC, useTRPCClient };

const URL = "/api/trpc";
/** Within this time what was read is not read again. */
export const STALE_MS = 5_000;
const RETRIES_MAX = 2;

/** Answers that will be the same when asked again. */
const FINAL = new Set(["invalid_input", "unauthenticated", "forbidden", "not_found"]);

/** Leaves for the sign-in page, which leads back here. */
export function goToSignIn(): void {
  const { pathname, search, hash } = window.location;
  window.location.assign(signInAddress(pathname + search) + hash);
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError(error) {
        if (readAppCode(error) === "unauthenticated") goToSignIn();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: STALE_MS,
        retry: (failures, error) =>
          failures < RETRIES_MAX && !FINAL.has(readAppCode(error) ?? "internal"),
      },
      // Without a connection a decision fails and says so; it is not made minutes later, unasked.
      mutations: { networkMode: "always" },
    },
  });
}

function createClient() {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({ url: URL, transformer: pageValues }),
        false: httpBatchLink({ url: URL, transformer: pageValues }),
      }),
    ],
  });
}

export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [trpcClient] = useState(createClient);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
