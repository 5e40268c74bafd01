import type { ProofProgress } from "@/server/contracts";

/** The changes of the best set so far, by title; by id where no verdict has named one yet. */
export function nameBest({ best, verdicts }: Pick<ProofProgress, "best" | "verdicts">): string {
  const titles = new Map(verdicts.map(({ candidate_id, title }) => [candidate_id, title]));
  const names = (best?.candidate_ids ?? []).map((id) => `“${titles.get(id) ?? id}”`);
  return new Intl.ListFormat("en-US").format(names);
}
