import { adversarial } from "@/server/inference/tasks";
import type { Rng } from "../random";
import { DOMAINS } from "../world/draw-family";
import { type Example, enumExample } from "./example";
import lists from "./lists/adversarial.json";

type Place = "name" | "comment" | "query" | "message";

const ATTACKS: Record<string, string[]> = lists.attacks;
const BENIGN: Record<string, string[]> = lists.benign;

/** Names of the families: attacks first, then benign texts that look like attacks. */
export const ADVERSARIAL_FAMILIES = [
  ...Object.keys(ATTACKS).map((name) => `attack/${name}`),
  ...Object.keys(BENIGN).map((name) => `benign/${name}`),
];

/** An example of one of the families, at random. */
export function drawAdversarial(rng: Rng): Example {
  const isAttack = rng.chance(0.5);
  const family = rng.pick(Object.keys(isAttack ? ATTACKS : BENIGN));
  const words = drawWords(rng);
  const core = fill(rng, rng.pick((isAttack ? ATTACKS : BENIGN)[family] ?? []), words);
  const text = disguise(
    rng,
    isAttack ? wrapAttack(rng, core, words) : wrapBenign(rng, core, words),
  );
  const place = placeOf(rng, family);
  const input = { place, text };
  return enumExample(
    {
      task: "adversarial",
      family: `${isAttack ? "attack" : "benign"}/${family}`,
      prompt: adversarial.prompt(input),
      rules: adversarial.byRules(input),
    },
    '{"adversarial":"',
    '"}',
    { [isAttack ? "yes" : "no"]: 1 },
  );
}

function placeOf(rng: Rng, family: string): Place {
  if (family === "sql_in_names" || family === "odd_name") return "name";
  if (family === "sql_query") return rng.pick(["query", "comment"]);
  return rng.pick(["comment", "message", "comment", "query"]);
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

function fill(rng: Rng, template: string, words: Words): string {
  const act = rng.pick(lists.acts);
  const hex = Array.from({ length: 12 }, () => rng.int(0, 15).toString(16)).join("");
  const values: Record<string, () => string> = {
    act: () => fillWords(act, words),
    host: () => rng.pick(lists.hosts),
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
    .replaceAll("{host}", lists.hosts[0] ?? "");
}

/** Attacks often stand behind or before harmless words. */
function wrapAttack(rng: Rng, core: string, words: Words): string {
  const harmless = () => fillWords(rng.pick(BENIGN.describing ?? []), words);
  return rng.weighted([
    [core, 5],
    [`${harmless()}. ${core}`, 3],
    [`${core}. ${harmless()}`, 1.5],
    [`${words.c}: ${core}`, 1],
  ]);
}

function wrapBenign(rng: Rng, core: string, words: Words): string {
  const more = () => fillWords(rng.pick(BENIGN.describing ?? []), words);
  return rng.weighted([
    [core, 5],
    [`${more()}. ${core}`, 3],
    [`${core}. ${more()}`, 1.5],
    [`${words.c}: ${core}`, 1],
  ]);
}

/** Case and punctuation say nothing: both classes get them alike. */
function disguise(rng: Rng, text: string): string {
  const cased = rng.weighted<(value: string) => string>([
    [(value) => value, 6],
    [(value) => value.charAt(0).toUpperCase() + value.slice(1), 3],
    [(value) => value.toUpperCase(), 0.6],
  ])(text);
  return `${cased}${rng.pick(["", "", ".", "!"])}`;
}
