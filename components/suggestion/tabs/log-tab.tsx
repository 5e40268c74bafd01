import { isSearchOpen } from "../lifecycle";
import { ProofLogPanel } from "../proof-log-panel";
import { SearchPanel } from "../search-panel";
import type { TabProps } from "../tab-props";

/** What the test run did, and what the search after it changed. */
export default function LogTab({ suggestion, actions }: TabProps) {
  return (
    <>
      {isSearchOpen(suggestion) ? null : <SearchPanel suggestion={suggestion} actions={actions} />}
      <ProofLogPanel suggestion={suggestion} />
    </>
  );
}
