import { Empty } from "@/components/common/empty";
import type { InboxTab } from "./tabs";

const TEXTS: Record<string, { title: string; text: string }> = {
  review: {
    title: "Nothing to review",
    text: "Everything proved so far has been decided. Analyze now looks at the present workload; what pays off on the shadow copy appears here by itself.",
  },
  proving: {
    title: "No proof is running",
    text: "A proof starts when the workload is analyzed. Analyze now starts one.",
  },
  running: {
    title: "Nothing approved yet",
    text: "Approve a suggestion under To review; its execution and what it really gained appear here.",
  },
  closed: {
    title: "Nothing closed yet",
    text: "Rejected, reverted and expired suggestions, and proofs that found no gain, are kept here.",
  },
  all: {
    title: "No suggestion yet",
    text: "Once the product has been observed, Analyze now proposes changes and proves each on a shadow copy.",
  },
};

export function InboxEmpty({ tab, canAnalyze }: { tab: InboxTab; canAnalyze: boolean }) {
  const text = TEXTS[tab.name];
  if (text === undefined) return null;
  return (
    <Empty title={text.title}>
      <p>{text.text}</p>
      {canAnalyze ? null : <p className="mt-2">Your role may look, but not start an analysis.</p>}
    </Empty>
  );
}
