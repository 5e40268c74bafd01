import { isUntested, type SuggestionItem } from "@/server/contracts";

type AlternativeGroupName = "tested" | "not_possible" | "untested";

export interface AlternativeGroup {
  name: AlternativeGroupName;
  title: string;
  items: SuggestionItem[];
}

const TITLES: Record<AlternativeGroupName, string> = {
  tested: "Tested, not chosen",
  not_possible: "Not possible",
  untested: "Not tested yet",
};

/** Alternatives by why they were not chosen; a group that has none is left out. */
export function groupAlternatives(items: readonly SuggestionItem[]): AlternativeGroup[] {
  const names = Object.keys(TITLES) as AlternativeGroupName[];
  return names
    .map((name) => ({
      name,
      title: TITLES[name],
      items: items.filter((item) => groupOf(item) === name),
    }))
    .filter((group) => group.items.length > 0);
}

function groupOf({ verdict, evidence }: SuggestionItem): AlternativeGroupName {
  if (isUntested(verdict)) return "untested";
  const isMeasured = verdict?.basis === "measured" || evidence?.basis === "measured";
  return isMeasured ? "tested" : "not_possible";
}

/** Those whose title, table, kind or reason holds every word that is asked for. */
export function findAlternatives(
  items: readonly SuggestionItem[],
  asked: string,
): SuggestionItem[] {
  const words = asked
    .toLowerCase()
    .split(/[\s.`]+/)
    .filter(Boolean);
  return items.filter((item) => {
    const { title, table, target, type, reason } = item;
    const text = [title, table, target, type.replaceAll("_", " "), reason].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
