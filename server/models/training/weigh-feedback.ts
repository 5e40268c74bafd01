/** What people said of one suggestion: how many found it useful, and how many not. */
export interface Votes {
  useful: number;
  useless: number;
}

/** An execution shows what a change is worth where it counts; a proof only foretells it. */
const LIVE_WEIGHT = 3;

/**
 * How many times a measured example counts. What it gained is not a matter of opinion, so feedback
 * never changes the answer: it says what is worth learning. The weight is 1 of a proof and 3 of an
 * execution, times 2^(mean score): twice where everybody found it useful (+1), half where nobody
 * did (−1), as it was where nobody spoke or opinions cancel out.
 */
export function weightOf({ isLive, votes }: { isLive: boolean; votes: Votes }): number {
  const all = votes.useful + votes.useless;
  const mean = all === 0 ? 0 : (votes.useful - votes.useless) / all;
  return (isLive ? LIVE_WEIGHT : 1) * 2 ** mean;
}

/** A reviewer's decision binds, a score does not: it counts as two. */
const DECISION_VOTES = 2;

/**
 * Whether a change pays by people's word alone: approval and "useful" say yes, rejection and "not
 * useful" no. `chance` of what most of them say is the mean of the Beta posterior under a uniform
 * prior, (1 + said so) / (2 + all): one word is no certainty. null where they say nothing, or as
 * much for as against.
 */
export function judgeByVotes(
  decision: "approved" | "rejected" | null,
  votes: Votes,
): { pays: boolean; chance: number } | null {
  const yes = votes.useful + (decision === "approved" ? DECISION_VOTES : 0);
  const no = votes.useless + (decision === "rejected" ? DECISION_VOTES : 0);
  if (yes === no) return null;
  return { pays: yes > no, chance: (1 + Math.max(yes, no)) / (2 + yes + no) };
}
