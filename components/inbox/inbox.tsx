"use client";
import { useRouter, useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { PageTitle } from "@/components/common/page-title";
import { Badge } from "@/components/ui/badge";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { AnalyzeButton } from "./analyze-button";
import { RunningTests } from "./running-tests";
import { SuggestionList } from "./suggestion-list";
import { findTab, INBOX_TABS } from "./tabs";
import { useTabCounts } from "./use-inbox";

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
          {tab.name === "review" ? <RunningTests /> : null}
          <SuggestionList key={tab.name} tab={tab} />
        </TabsContent>
      </Tabs>
    </>
  );
}
