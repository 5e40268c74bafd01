import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpLink } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import {
  PathnameContext,
  SearchParamsContext,
} from "next/dist/shared/lib/hooks-client-context.shared-runtime";
import Loadable from "next/dist/shared/lib/loadable.shared-runtime";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { ClockProvider } from "@/components/common/clock";
import { SessionViewProvider } from "@/components/shell/session";
import { TRPCProvider } from "@/components/trpc/client";
import type { AppRouter } from "@/server/api/trpc";
import { Permission, pageValues, type Suggestion } from "@/server/contracts";
import { SuggestionView } from "../suggestion-view";
import AlternativesTab from "../tabs/alternatives-tab";
import EvidenceTab from "../tabs/evidence-tab";
import FindingsTab from "../tabs/findings-tab";
import HistoryTab from "../tabs/history-tab";
import PlanTab from "../tabs/plan-tab";
import type { Actions } from "../use-decision";
import { useActions } from "../use-decision";

// What a browser loads with the page that shows it is there at once.
await Loadable.preloadAll();

const TABS = [EvidenceTab, PlanTab, AlternativesTab, FindingsTab, HistoryTab];
const NOW = Date.parse("2026-12-01T00:00:00.000Z");
const nothing = () => {};
const ROUTER = {
  ...{ back: nothing, forward: nothing, refresh: nothing, push: nothing, replace: nothing },
  prefetch: nothing,
  bfcacheId: "tests",
};

/** The whole page of a suggestion as HTML, every tab below the card, for somebody with all permissions. */
export function renderSuggestionPage(suggestion: Suggestion): string {
  const { suggestion_id } = suggestion;
  const queryClient = new QueryClient();
  const client = createTRPCClient<AppRouter>({
    links: [httpLink({ url: "http://127.0.0.1:9/", transformer: pageValues })],
  });
  const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient });
  for (const procedure of [trpc.suggestions.head, trpc.suggestions.get]) {
    queryClient.setQueryData(procedure.queryKey({ suggestion_id }), suggestion);
  }
  const session = { label: "tester", roles: [], permissions: [...Permission.options] };
  const page = (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        <ClockProvider renderedAtMs={NOW}>
          <SessionViewProvider session={session}>
            <SuggestionView suggestionId={suggestion_id} />
            <Tabs suggestion={suggestion} />
          </SessionViewProvider>
        </ClockProvider>
      </TRPCProvider>
    </QueryClientProvider>
  );
  return renderToStaticMarkup(inApp(page));
}

/** What Next.js gives a page. */
function inApp(page: ReactNode): ReactNode {
  return (
    <AppRouterContext value={ROUTER}>
      <PathnameContext value="/suggestions/x">
        <SearchParamsContext value={new URLSearchParams()}>{page}</SearchParamsContext>
      </PathnameContext>
    </AppRouterContext>
  );
}

function Tabs({ suggestion }: { suggestion: Suggestion }) {
  const actions: Actions = useActions();
  return TABS.map((Tab) => <Tab key={Tab.name} suggestion={suggestion} actions={actions} />);
}

/** What a reader sees of HTML. */
export const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#x27;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ");
