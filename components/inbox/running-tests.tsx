"use client";
import { Card } from "@/components/ui/card";
import { SuggestionRow } from "./suggestion-row";
import { PROVING_TAB } from "./tabs";
import { useSuggestionPages } from "./use-inbox";

/** Above what waits for review: what is about to. */
export function RunningTests() {
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
