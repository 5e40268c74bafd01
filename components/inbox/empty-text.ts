interface EmptyText {
  title: string;
  text: string;
}

const TEXTS: Record<string, EmptyText> = {
  review: {
    title: "Nothing to review",
    text: "No suggestion is waiting for a decision. Select Analyze now to test changes against the current workload.",
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

const TESTING: EmptyText = {
  title: "Nothing to review yet",
  text: "A test run is in progress. If it finds a change worth making, the suggestion appears here.",
};

/** What an empty tab of the inbox says. `runningCount`: test runs that wait or run. */
export function emptyText(tabName: string, runningCount: number): EmptyText | undefined {
  return tabName === "review" && runningCount > 0 ? TESTING : TEXTS[tabName];
}
