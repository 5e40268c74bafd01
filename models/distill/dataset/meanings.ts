import type { OpinionInput } from "@/server/inference/tasks";
import type { Rng } from "../random";
import about from "./lists/about.json";
import meanings from "./lists/meanings.json";
import lists from "./lists/proposals.json";
import purposes from "./lists/purposes.json";
import type { Intent } from "./proposal-policy";

/** What a column may mean, the types that hold it, and how people write of it. */
export interface Meaning {
  types: string[];
  wrong: string[];
  personal: boolean;
  /** Names of columns that mean one and the same. */
  synonyms: string[];
  /** Other names of this meaning: two of them need not be the same column. */
  names: string[];
  about: string[];
  /** Purposes that begin with a verb, so that an opener may stand before them. */
  verbs: string[];
  /** Purposes that stand alone. */
  sentences: string[];
}

const FORMS: Record<string, Omit<Meaning, "about" | "verbs" | "sentences">> = meanings;
const ABOUT: Record<string, string[]> = about;
const PURPOSES: Record<string, Pick<Meaning, "verbs" | "sentences">> = purposes;

/** By name. */
export const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries(FORMS).map(([name, form]) => [
    name,
    { ...form, about: ABOUT[name] ?? [], ...(PURPOSES[name] ?? { verbs: [], sentences: [] }) },
  ]),
);

/** Throws RangeError for a name that no list has. */
export function meaningOf(name: string): Meaning {
  const found = MEANINGS.get(name);
  if (!found) throw new RangeError(`No meaning ${name}.`);
  return found;
}

/**
 * Meanings whose purposes may serve one another, or whose columns may be taken for one another. A
 * meaning may stand in several groups.
 */
const GROUPS: readonly (readonly string[])[] = [
  ["money", "salary", "percentage", "currency", "quantity", "count", "measure", "rating"],
  ["duration", "count", "measure", "rating", "percentage", "quantity"],
  ["duration", "due_date", "created_at", "closed_at", "birth_date"],
  ["status", "active_flag", "review_flag", "category", "closed_at", "due_date"],
  ["email", "phone", "person", "health", "address", "national_id", "birth_date", "salary"],
  ["email", "phone", "person", "national_id", "identifier", "device", "secret"],
  ["address", "position", "country", "device"],
  ["country", "currency", "category", "status", "identifier"],
  ["text", "url", "payload", "category", "status"],
];

/** Their purposes are so wide that hardly a column contradicts them. */
const WIDE: readonly string[] = ["text", "payload"];

/** Meanings whose columns and purposes have nothing to do with those of `name`. */
export function strangersOf(name: string): string[] {
  const near = new Set(GROUPS.filter((group) => group.includes(name)).flat());
  return [...MEANINGS.keys()].filter((other) => other !== name && !near.has(other));
}

/** Meanings whose purposes a column of `name` cannot serve. */
export function oppositesOf(name: string): string[] {
  return WIDE.includes(name) ? [] : strangersOf(name).filter((other) => !WIDE.includes(other));
}

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
