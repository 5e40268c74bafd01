import { type NormalizedText, normalizeText } from "./normalize-text";
import type { InjectionCode, Rule } from "./rule";
import { RULES } from "./rules";

/** A text of others: what stands there, or the name (of a JSON object's field) it stands under. */
export interface ForeignText {
  text: string;
  isKey?: boolean;
}

/**
 * Which of the texts seem to try to steer who reads them, in their order; null: none of the known forms.
 * Each is read to its end, and all of them are read as one: what was split over several counts in each
 * part. Time linear in the length of all texts.
 */
export function findInjections(texts: readonly ForeignText[]): (InjectionCode | null)[] {
  const found: (InjectionCode | null)[] = [];
  const parts = texts.map(({ text, isKey = false }, index): Part => {
    const { code, ...read } = readText(text);
    found.push(code);
    return { ...read, index, isKey };
  });
  const values = parts.filter(({ isKey }) => !isKey);
  const keys = parts.filter(({ isKey }) => isKey);
  for (const reading of keys.length === 0 ? [values] : [values, keys, parts]) {
    for (const view of ["words", "squeezed"] as const) {
      for (const { rule, covered } of matchesAcross(reading, view)) {
        for (const { index } of covered) found[index] ??= rule.code;
      }
    }
  }
  return found;
}

interface ReadText {
  view: NormalizedText;
  code: InjectionCode | null;
  isProse: boolean;
  /** A form that is looked for across texts may begin in it. */
  hasStart: boolean;
}

/** Names of fields, products and agents come with every message; longer texts seldom come again. */
const KEPT_CHARACTERS_MAX = 64;
const KEPT_MAX = 4000;
const kept = new Map<string, ReadText>();

/** A text alone: always the same of the same one, so what short ones were read as is kept. */
function readText(text: string): ReadText {
  const found = kept.get(text);
  if (found !== undefined) return found;
  const view = normalizeText(text);
  const read = {
    ...{ view, code: codeOf(view), isProse: PROSE.test(text) },
    hasStart: view.words.split(" ").some((word) => JOINT_STARTS.has(word)),
  };
  if (text.length > KEPT_CHARACTERS_MAX) return read;
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(text, read);
  return read;
}

/** The form of attack that a text is known by, or null. */
export const findInjection = (text: string): InjectionCode | null => codeOf(normalizeText(text));

interface Match {
  rule: Rule;
  start: number;
  end: number;
}

/** Matches of some rules in one view of a text. Rules of words are tried only where their first one stands. */
function matcherOf(rules: readonly Rule[]): (text: string) => Generator<Match> {
  const byFirst = new Map<string, Rule[]>();
  for (const rule of rules) {
    for (const word of rule.first) byFirst.set(word, [...(byFirst.get(word) ?? []), rule]);
  }
  const anywhere = rules.filter(({ first }) => first.size === 0);
  return function* matches(text) {
    for (const rule of anywhere) {
      for (const { 0: match, index } of text.matchAll(rule.pattern)) {
        yield { rule, start: index, end: index + match.length };
      }
    }
    if (byFirst.size === 0) return;
    for (const { 0: word, index } of text.matchAll(/[^ ]+/g)) {
      for (const rule of byFirst.get(word) ?? []) {
        rule.pattern.lastIndex = index;
        const match = rule.pattern.exec(text);
        if (match !== null) yield { rule, start: index, end: index + match[0].length };
      }
    }
  };
}

const VIEWS = ["words", "signs", "squeezed"] as const;
const matchersOf = (rules: readonly Rule[]) => ({
  words: matcherOf(rules.filter(({ view }) => view === "words")),
  signs: matcherOf(rules.filter(({ view }) => view === "signs")),
  squeezed: matcherOf(rules.filter(({ view }) => view === "squeezed")),
});
const MATCHERS = matchersOf(RULES);
const JOINT_RULES = RULES.filter(({ isJoint }) => isJoint);
const JOINT_MATCHERS = matchersOf(JOINT_RULES);
/** Words that the joint forms of words begin with. */
const JOINT_STARTS = new Set(JOINT_RULES.flatMap(({ first }) => [...first]));

function codeOf(text: NormalizedText): InjectionCode | null {
  for (const view of VIEWS) {
    for (const { rule } of MATCHERS[view](text[view])) return rule.code;
  }
  return null;
}

/** More than a name: lists of names put by chance side by side what a sentence would not. */
const PROSE = /\S\s+\S/;

interface Part extends Omit<ReadText, "code"> {
  index: number;
  isKey: boolean;
}

/** Texts that a match covers, were all of them one. */
function* matchesAcross(
  texts: readonly Part[],
  view: "words" | "squeezed",
): Generator<{ rule: Rule; covered: readonly Part[] }> {
  const parts = texts.filter((part) => part.view[view] !== "");
  if (parts.length < 2) return;
  const canMatch = parts.some(({ hasStart }) => hasStart) && parts.some(({ isProse }) => isProse);
  if (view === "words" && !canMatch) return;
  const between = view === "squeezed" ? "" : " ";
  const starts: number[] = [];
  let length = 0;
  for (const part of parts) {
    starts.push(length);
    length += part.view[view].length + between.length;
  }
  for (const match of JOINT_MATCHERS[view](parts.map((part) => part.view[view]).join(between))) {
    const first = indexBefore(starts, match.start);
    const covered = parts.slice(first, indexBefore(starts, match.end - 1) + 1);
    if (view === "squeezed" || covered.some(({ isProse }) => isProse)) {
      yield { rule: match.rule, covered };
    }
  }
}

/** Index of the last of some ascending numbers that is not above the given one. */
function indexBefore(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((ascending[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
