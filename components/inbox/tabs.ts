import type { SuggestionState } from "@/server/contracts";

export interface InboxTab {
  name: string;
  label: string;
  /** undefined: every state. */
  states: SuggestionState[] | undefined;
}

const REVIEW_TAB: InboxTab = { name: "review", label: "To review", states: ["pending"] };
export const PROVING_TAB: InboxTab = {
  name: "proving",
  label: "Testing",
  states: ["proposed", "proving"],
};

export const INBOX_TABS: readonly InboxTab[] = [
  REVIEW_TAB,
  PROVING_TAB,
  {
    name: "running",
    label: "Approved & executed",
    states: ["approved", "executing", "executed", "verified"],
  },
  {
    name: "closed",
    label: "Closed",
    states: ["rejected", "no_gain", "expired", "superseded", "failed", "reverted"],
  },
  { name: "all", label: "All", states: undefined },
];

/** The tab an address names; anything else is the first. */
export function findTab(name: string | null | undefined): InboxTab {
  return INBOX_TABS.find((tab) => tab.name === name) ?? REVIEW_TAB;
}

/** Input of `suggestions.list`, the same on server and browser so that the cache is shared. */
export function listInput(tab: InboxTab) {
  return tab.states === undefined ? {} : { state: tab.states };
}
