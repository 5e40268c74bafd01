import about from "./lists/about.json";
import meanings from "./lists/meanings.json";
import purposes from "./lists/purposes.json";

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
