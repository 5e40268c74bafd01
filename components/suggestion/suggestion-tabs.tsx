"use client";
import dynamic from "next/dynamic";
import { usePathname, useSearchParams } from "next/navigation";
import { type ComponentType, useCallback } from "react";
import { Skeleton } from "@/components/ui/skeleton";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { isProving, type Suggestion } from "@/server/contracts";
import { formatCount } from "@/server/format";
import { hasNoResult } from "./lifecycle";
import type { TabProps } from "./tab-props";

const loading = () => <Skeleton className="h-64" />;

/** Code and data of a tab come when it is opened: the card above does not wait for them. */
const PANELS = {
  evidence: dynamic(() => import("./tabs/evidence-tab"), { ssr: false, loading }),
  plan: dynamic(() => import("./tabs/plan-tab"), { ssr: false, loading }),
  alternatives: dynamic(() => import("./tabs/alternatives-tab"), { ssr: false, loading }),
  findings: dynamic(() => import("./tabs/findings-tab"), { ssr: false, loading }),
  log: dynamic(() => import("./tabs/log-tab"), { ssr: false, loading }),
  history: dynamic(() => import("./tabs/history-tab"), { ssr: false, loading }),
} satisfies Record<string, ComponentType<TabProps>>;

type TabName = keyof typeof PANELS;

const LABELS: Record<TabName, string> = {
  evidence: "Evidence",
  plan: "Plan",
  alternatives: "Alternatives",
  findings: "Data findings",
  log: "Log",
  history: "History",
};

/** Everything below the card, one part at a time; which one stands in the address. */
export function SuggestionTabs({ suggestion, actions }: TabProps) {
  const names = tabsOf(suggestion);
  const [open, setOpen] = useTab(names);
  return (
    <Tabs value={open} onValueChange={setOpen}>
      <TabsList aria-label="Parts of this suggestion">
        {names.map((name) => (
          <TabsTrigger key={name} value={name}>
            {LABELS[name]}
            <Count suggestion={suggestion} name={name} />
          </TabsTrigger>
        ))}
      </TabsList>
      {names.map((name) => {
        const Panel = PANELS[name];
        return (
          <TabsContent key={name} value={name} className="grid min-w-0 grid-cols-1 gap-6 pt-5">
            <Panel suggestion={suggestion} actions={actions} />
          </TabsContent>
        );
      })}
    </Tabs>
  );
}

/** Only what there is something in. */
function tabsOf(suggestion: Suggestion): TabName[] {
  const { suggestions, alternatives, findings, basis, state } = suggestion;
  const hasResult = !isProving(state) && !hasNoResult(suggestion);
  const shown: Record<TabName, boolean> = {
    evidence: suggestions.length > 0,
    plan: suggestions.length > 0,
    alternatives: hasResult && alternatives.length > 0,
    findings: findings.length > 0,
    log: basis === "measured",
    history: true,
  };
  return (Object.keys(PANELS) as TabName[]).filter((name) => shown[name]);
}

function Count({ suggestion, name }: { suggestion: Suggestion; name: TabName }) {
  if (name !== "alternatives" && name !== "findings") return null;
  return (
    <span className="text-xs font-normal text-muted-foreground">
      {formatCount(suggestion[name].length)}
    </span>
  );
}

function useTab(names: TabName[]): [TabName, (name: string) => void] {
  const pathname = usePathname();
  const asked = useSearchParams().get("tab");
  const open = names.find((name) => name === asked) ?? names[0] ?? "history";
  const setOpen = useCallback(
    // The address alone changes: nothing is asked of the server for it.
    (name: string) => window.history.replaceState(null, "", `${pathname}?tab=${name}`),
    [pathname],
  );
  return [open, setOpen];
}
