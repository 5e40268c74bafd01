import type { OpinionInput } from "@/server/inference/tasks";
import type { Rng } from "../random";
import lists from "./lists/proposals.json";
import { type Meaning, meaningOf, oppositesOf } from "./meanings";
import type { Intent } from "./proposal-policy";

/** Draws one of the phrases that the example's split may use. */
export type PickPhrase = (phrases: readonly string[]) => string;

interface PurposeOf {
  operation: OpinionInput["proposal"]["operation"];
  name: string;
  purpose: Intent["purpose"];
}

/** Characters of a purpose that reach the model: a legal ground beyond them would be cut off. */
const SEEN_MAX = 84;

/** What a purpose of this kind may read like; E, M and C still to be filled. */
export function drawPurpose(rng: Rng, pick: PickPhrase, of: PurposeOf): string {
  const { operation, name, purpose } = of;
  const meaning = meaningOf(name);
  if (purpose === "vague") return pick(lists.vague);
  if (purpose === "legal") return onLegalGround(rng, pick, meaning);
  if (purpose === "contradicts") {
    return stated(rng, pick, meaningOf(rng.pick(oppositesOf(name))));
  }
  if (operation === "drop_column") return pick(lists.drop);
  if (operation === "rename_column") return pick(lists.rename);
  // What a column is for may also be why its type should change.
  const isRetyped = operation === "change_type" && rng.chance(0.7);
  return isRetyped ? pick(lists.retype) : stated(rng, pick, meaning);
}

/** A verb phrase with or without one of many openers, or a whole sentence. */
function stated(rng: Rng, pick: PickPhrase, { verbs, sentences }: Meaning): string {
  if (rng.chance(0.3)) return pick(sentences);
  return rng.chance(0.35) ? pick(verbs) : `${pick(lists.openers)} ${pick(verbs)}`;
}

/** Grounds hold for any purpose, duties are purposes of their own. */
function onLegalGround(rng: Rng, pick: PickPhrase, meaning: Meaning): string {
  if (rng.chance(0.3)) return pick(lists.duties);
  const ground = pick(lists.grounds);
  const purpose = stated(rng, pick, meaning);
  const text = rng.weighted([
    [ground, 2],
    [`${purpose}, ${ground}`, 2],
    [`${purpose} (${ground})`, 1],
    [`${ground}; ${purpose}`, 1],
  ]);
  return text.length > SEEN_MAX ? ground : text;
}
