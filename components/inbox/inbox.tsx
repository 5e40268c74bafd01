"use client";
import { useMutation } from "@tanstack/react-query";
import { SearchCheckIcon } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { toastError } from "@/components/common/action-handlers";
import { PageTitle } from "@/components/common/blocks";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Gathering } from "@/components/workload/gathering";
import { SuggestionList } from "./suggestion-list";
import { SuggestionRow } from "./suggestion-row";
import { findTab, INBOX_TABS, PROVING_TAB } from "./tabs";
import { useSuggestionPages, useTabCounts } from "./use-inbox";

export function Inbox() {
  const router = useRouter();
  const tab = findTab(useSearchParams().get("tab"));
  const counts = useTabCounts();
  const openTab = useCallback(
    (name: string) => router.replace(`/?tab=${name}`, { scroll: false }),
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
      <Tabs value={tab.name} onValueChange={openTab} activationMode="manual">
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
          <SuggestionList key={tab.name} tab={tab} />
        </TabsContent>
      </Tabs>
    </>
  );
}

/** Above what waits for review: what is about to. */
function RunningTests() {
  const { data } = useSuggestionPages(PROVING_TAB);
  const running = data?.pages.flatMap((page) => page.items) ?? [];
  if (running.length === 0) return null;
  return (
    <section aria-label="Tests running now">
      <Card>
        <ul className="divide-y">
          {running.map((summary) => (
            <SuggestionRow key={summary.suggestion_id} summary={summary} isSelected={false} />
          ))}
        </ul>
      </Card>
    </section>
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
