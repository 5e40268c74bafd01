import { adversarial } from "@/server/inference/tasks";
import type { Rng } from "../random";
import { DOMAINS } from "../world/draw-family";
import { type Example, enumExample, type Split } from "./example";
import attacks from "./lists/attacks.json";
import benign from "./lists/benign.json";
import fills from "./lists/fills.json";
import { phrasesOf } from "./splits";

type Place = "name" | "comment" | "query" | "message";

const ATTACKS: Record<string, string[]> = attacks;
const BENIGN: Record<string, string[]> = benign;

/** Most text that a model reads here describes something, and must not be suspected. */
const PLAIN_WEIGHT = 3;
const isPlain = (family: string): boolean => family.startsWith("plain_");

/** Families of names and statements: nothing stands before or after them. */
const ALONE: Record<string, readonly Place[]> = {
  sql_in_names: ["name"],
  orders_in_names: ["name"],
  markup_in_names: ["name"],
  odd_name: ["name"],
  plain_names: ["name"],
  plain_column_names: ["name"],
  plain_queries: ["query"],
  orders_in_queries: ["query", "query", "message"],
  sql_query: ["query", "comment"],
  sql_injection: ["query", "query", "name", "message"],
};

/** Names of the families: attacks first, then benign texts that look like attacks. */
export const ADVERSARIAL_FAMILIES = [
  ...Object.keys(ATTACKS).map((name) => `attack/${name}`),
  ...Object.keys(BENIGN).map((name) => `benign/${name}`),
];

/**
 * An example of one of the families, at random. What stands around the sentence is of a family of
 * the same split, and an attack bids an act of that split.
 */
export function drawAdversarial(rng: Rng, splitOf: (family: string) => Split): Example {
  const isAttack = rng.chance(0.5);
  const families = Object.keys(isAttack ? ATTACKS : BENIGN);
  const name = rng.weighted(families.map((one) => [one, isPlain(one) ? PLAIN_WEIGHT : 1] as const));
  const family = `${isAttack ? "attack" : "benign"}/${name}`;
  const split = splitOf(family);
  const words = drawWords(rng);
  const core = fill(rng, rng.pick((isAttack ? ATTACKS : BENIGN)[name] ?? []), words, split);
  const text = ALONE[name] ? core : surround(rng, core, words, besides(split, splitOf));
  const place = rng.pick(ALONE[name] ?? (["comment", "message", "comment", "query"] as const));
  const input = { place, text: ALONE[name] ? text : disguise(rng, text) };
  return enumExample(
    {
      ...{ task: "adversarial", family },
      prompt: adversarial.prompt(input),
      rules: adversarial.ruleFallback(input),
    },
    '{"adversarial":"',
    '"}',
    { [isAttack ? "yes" : "no"]: 1 },
  );
}

/** Harmless sentences that may stand beside others in examples of a split. */
function besides(split: Split, splitOf: (family: string) => Split): string[] {
  return Object.entries(BENIGN)
    .filter(([name]) => !ALONE[name] && splitOf(`benign/${name}`) === split)
    .flatMap(([, sentences]) => sentences);
}

interface Words {
  t: string;
  c: string;
  e: string;
  m: string;
}

function drawWords(rng: Rng): Words {
  const domain = rng.pick(DOMAINS);
  const [e = "item", other = "group"] = rng.shuffle(domain.entities);
  const c = rng.pick([...domain.categories, `${other}_id`, `${e}_date`, ...domain.measures]);
  return { t: `${e}${rng.pick(["s", "_log", "_list"])}`, c, e, m: rng.pick(domain.measures) };
}

function fill(rng: Rng, template: string, words: Words, split: Split): string {
  const act = rng.pick(phrasesOf(fills.acts, split));
  const hex = Array.from({ length: 12 }, () => rng.int(0, 15).toString(16)).join("");
  const values: Record<string, () => string> = {
    act: () => fillWords(act, words),
    host: () => rng.pick(phrasesOf(fills.hosts, split)),
    b64: () => Buffer.from(fillWords(act, words)).toString("base64").slice(0, 24),
    rot: () => fillWords(act, words).replace(/[a-z]/g, rot13),
    rev: () => [...fillWords(act, words)].reverse().join(""),
    hex: () => hex,
  };
  const filled = template.replace(/\{(act|host|b64|rot|rev|hex)\}/g, (_, key: string) => {
    return values[key]?.() ?? "";
  });
  return fillWords(filled, words);
}

const rot13 = (letter: string): string =>
  String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97);

function fillWords(text: string, words: Words): string {
  return text
    .replaceAll("{t}", words.t)
    .replaceAll("{c}", words.c)
    .replaceAll("{e}", words.e)
    .replaceAll("{m}", words.m)
    .replaceAll("{host}", fills.hosts[0] ?? "");
}

/** Longer text is cut before the model reads it: the sentence must stand whole in it. */
const TEXT_MAX = 290;

/** The sentence alone, or behind, before or between harmless ones: attacks and others alike. */
function surround(rng: Rng, core: string, words: Words, harmless: readonly string[]): string {
  const more = () => fillWords(rng.pick(harmless), words).replace(/\{\w+\}/g, words.m);
  const join = rng.pick([". ", ". ", "; ", ", ", " - ", " "]);
  const text = rng.weighted<() => string>([
    [() => core, 5],
    [() => joined(join, more(), core), 2.5],
    [() => joined(join, core, more()), 2],
    [() => joined(". ", more(), core, more()), 1],
    [() => `${words.c}: ${core}`, 0.7],
  ])();
  return text.length > TEXT_MAX ? core : text;
}

/** Sentences in a row; where one ends with its own mark, a blank is enough. */
function joined(join: string, ...parts: readonly string[]): string {
  return parts.reduce((text, part) => `${text}${/[.!?。]$/.test(text) ? " " : join}${part}`);
}

/** Case and punctuation say nothing: both classes get them alike. */
function disguise(rng: Rng, text: string): string {
  const cased = rng.weighted<(value: string) => string>([
    [(value) => value, 6],
    [(value) => value.charAt(0).toUpperCase() + value.slice(1), 3],
    [(value) => value.toUpperCase(), 0.6],
  ])(text);
  return /\p{L}$/u.test(cased) ? `${cased}${rng.pick(["", "", ".", "!"])}` : cased;
}
