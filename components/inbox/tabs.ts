import {
  CLOSED_STATES,
  EFFECTIVE_STATES,
  type SuggestionState,
  TRANSITIONS,
} from "@/server/contracts";

export interface InboxTab {
  name: string;
  label: string;
  /** undefined: every state. */
  states: readonly SuggestionState[] | undefined;
}

const { approve, publishAdvice } = TRANSITIONS.suggestion;
const REVIEW_TAB: InboxTab = { name: "review", label: "To review", states: approve.from };
export const PROVING_TAB: InboxTab = {
  name: "proving",
  label: "Testing",
  states: publishAdvice.from,
};

export const INBOX_TABS: readonly InboxTab[] = [
  REVIEW_TAB,
  PROVING_TAB,
  {
    name: "running",
    label: "Approved & executed",
    states: EFFECTIVE_STATES,
  },
  { name: "closed", label: "Closed", states: CLOSED_STATES },
  { name: "all", label: "All", states: undefined },
];

/** Those with a number: how many there are of all says nothing of what is to be done. */
export const COUNTED_TABS = INBOX_TABS.filter((tab) => tab.states !== undefined);

/** The tab an address names; anything else is the first. */
export function findTab(name: string | null | undefined): InboxTab {
  return INBOX_TABS.find((tab) => tab.name === name) ?? REVIEW_TAB;
}

/** In the browser's own tab: the inbox opens with the first list, the others are named. */
export function titleOfTab(tab: InboxTab): string {
  return tab === REVIEW_TAB ? "Inbox" : `${tab.label} · Inbox`;
}

/** So many are counted of each tab: beyond it a number says little. */
export const COUNT_MAX = 50;
