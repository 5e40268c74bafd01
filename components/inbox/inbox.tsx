"use client";
import { useMutation } from "@tanstack/react-query";
import { SearchCheckIcon } from "lucide-react";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { toastError } from "@/components/common/action-handlers";
import { CodeText, PageTitle } from "@/components/common/blocks";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Gathering } from "@/components/workload/gathering";
import type { InboxView, SuggestionSummary } from "@/server/contracts";
import { FilterBar } from "./filter-bar";
import { readQuery, writeQuery } from "./inbox-query";
import { SuggestionList } from "./suggestion-list";
import { RowFacts, RowMeasure } from "./suggestion-row";
import { INBOX_TABS, PROVING_TAB } from "./tabs";
import { useSuggestionPages, useTabCounts } from "./use-inbox";

export function Inbox() {
  const router = useRouter();
  const query = readQuery(useSearchParams());
  const { tab, view } = query;
  const counts = useTabCounts();
  const open = useCallback(
    (name: string, next: InboxView) => router.replace(writeQuery(name, next), { scroll: false }),
    [router],
  );
  return (
    <>
      <PageTitle
        title="Inbox"
        lead="Proposed changes to the data product. Each was measured on a shadow copy or is marked as an estimate."
      >
        <AnalyzeButton />
      </PageTitle>
      <Tabs value={tab.name} onValueChange={(name) => open(name, view)} activationMode="manual">
        <TabsList aria-label="Suggestions by state" className="mb-4">
          {INBOX_TABS.map(({ name, label }) => (
            <TabsTrigger key={name} value={name}>
              {label}
              {counts.has(name) ? <Badge>{counts.get(name)}</Badge> : null}
            </TabsTrigger>
          ))}
        </TabsList>
        <TabsContent value={tab.name} className="grid gap-4">
          {tab.name === "review" ? <Gathering /> : null}
          {tab.name === "review" ? <RunningTests /> : null}
          <div>
            <FilterBar tab={tab.name} view={view} onChange={(next) => open(tab.name, next)} />
            <div className="grid gap-4">
              <SuggestionList key={tab.name} query={query} />
            </div>
          </div>
        </TabsContent>
      </Tabs>
    </>
  );
}

/** Above what waits for review: what is about to. */
function RunningTests() {
  const { data } = useSuggestionPages({ tab: PROVING_TAB, view: {} });
  const running = data?.pages.flatMap((page) => page.items) ?? [];
  if (running.length === 0) return null;
  return (
    <section aria-label="Tests running now">
      <Card>
        <ul className="divide-y">
          {running.map((summary) => (
            <RunningTest key={summary.suggestion_id} summary={summary} />
          ))}
        </ul>
      </Card>
    </section>
  );
}

function RunningTest({ summary }: { summary: SuggestionSummary }) {
  return (
    <li className="relative grid gap-x-6 gap-y-2 px-4 py-3.5 hover:bg-muted/50 sm:grid-cols-[1fr_auto] sm:px-5">
      <div className="min-w-0">
        <Link
          href={`/suggestions/${summary.suggestion_id}`}
          className="font-medium break-words after:absolute after:inset-0"
        >
          <CodeText text={summary.title} />
        </Link>
        <RowFacts summary={summary} />
      </div>
      <RowMeasure summary={summary} />
    </li>
  );
}

/** Asks for an analysis of the sidecar's own product, and opens its proof. */
function AnalyzeButton() {
  const trpc = useTRPC();
  const router = useRouter();
  const analyze = useMutation(
    trpc.suggestions.analyze.mutationOptions({
      onSuccess: (suggestion) => router.push(`/suggestions/${suggestion.suggestion_id}`),
      onError: toastError,
    }),
  );
  if (!useCan("suggestion.analyze")) return null;
  return (
    <Button
      disabled={analyze.isPending}
      onClick={() => analyze.mutate({ operation_type: "schema_optimization", context: {} })}
    >
      <SearchCheckIcon aria-hidden />
      {analyze.isPending ? "Analyzing…" : "Analyze now"}
    </Button>
  );
}
