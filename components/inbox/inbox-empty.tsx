import { Empty } from "@/components/common/empty";
import type { InboxTab } from "./tabs";

const TEXTS: Record<string, { title: string; text: string }> = {
  review: {
    title: "Nothing to review",
    text: "Every suggestion has been decided. Select Analyze now to test changes against the current workload.",
  },
  proving: {
    title: "No test is running",
    text: "A test run starts with each analysis. Select Analyze now to start one.",
  },
  running: {
    title: "Nothing approved yet",
    text: "Approve a suggestion under To review. Its execution and measured gain appear here.",
  },
  closed: {
    title: "Nothing closed yet",
    text: "Rejected, rolled back and expired suggestions, and test runs without a gain, are kept here.",
  },
  all: {
    title: "No suggestions yet",
    text: "Once the product has been observed, Analyze now proposes changes and tests each on a shadow copy.",
  },
};

export function InboxEmpty({ tab, canAnalyze }: { tab: InboxTab; canAnalyze: boolean }) {
  const text = TEXTS[tab.name];
  if (text === undefined) return null;
  return (
    <Empty title={text.title}>
      <p>{text.text}</p>
      {canAnalyze ? null : <p className="mt-2">Your role cannot start an analysis.</p>}
    </Empty>
  );
}
