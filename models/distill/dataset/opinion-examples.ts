import { type OpinionInput, opinion } from "@/server/inference/tasks";
import type { Rng } from "../random";
import { DOMAINS } from "../world/draw-family";
import type { Domain } from "../world/types";
import { type Example, fingerprintOf, type Split } from "./example";
import {
  drawPurpose,
  MEANINGS,
  type Meaning,
  meaningOf,
  oppositesOf,
  type PickPhrase,
  strangersOf,
} from "./meanings";
import { type Intent, rightOpinion } from "./proposal-policy";
import { phrasesOf } from "./splits";

type Operation = OpinionInput["proposal"]["operation"];

/**
 * A proposal of a domain with the opinion it should get; `splitOf` tells the domain's split, whose
 * phrases alone it uses.
 */
export function drawOpinion(rng: Rng, splitOf: (family: string) => Split): Example {
  const domain = rng.pick(DOMAINS);
  const split = splitOf(domain.name);
  const pick: PickPhrase = (phrases) => rng.pick(phrasesOf(phrases, split));
  const { intent, input } = drawProposal(rng, domain, pick);
  const right = rightOpinion(intent, input);
  const answer = JSON.stringify(right);
  const prompt = opinion.prompt(input);
  return {
    id: fingerprintOf(prompt),
    ...{ task: "opinion", family: domain.name, prompt, answer },
    soft: [
      { at: answer.indexOf(':"') + 2, choices: { [right.opinion]: 1 } },
      { at: answer.lastIndexOf(':"') + 2, choices: { [right.reason]: 1 } },
    ],
    rules: opinion.ruleFallback(input),
  };
}

function drawProposal(rng: Rng, domain: Domain, pick: PickPhrase) {
  const [entity = "item", second = "group"] = rng.shuffle(domain.entities);
  const word = wordsOf(rng, domain, entity);
  const name = rng.pick([...MEANINGS.keys()]);
  const meaning = meaningOf(name);
  const operation = rng.weighted<Operation>([
    ["add_column", 6],
    ["change_type", 2],
    ["drop_column", 1],
    ["rename_column", 1],
    ["add_table", 0.6],
  ]);
  const intent: Intent = {
    isPersonal: meaning.personal,
    typeFits: rng.chance(0.65),
    purpose: purposeOf(rng, operation, name),
    isDuplicate: operation === "add_column" && rng.chance(0.15),
  };
  const isSynonym = intent.isDuplicate || rng.chance(0.5);
  const column = word(pick(isSynonym ? meaning.synonyms : meaning.names));
  const type = rng.pick(intent.typeFits ? meaning.types : meaning.wrong);
  const input: OpinionInput = {
    proposal: {
      ...{ operation, table: `${second}s`, column, type },
      is_required: rng.chance(0.3),
      has_default: rng.chance(0.4),
      description: rng.chance(0.9) ? written(rng, word(pick(meaning.about))) : "",
      purpose: written(
        rng,
        word(drawPurpose(rng, pick, { operation, name, purpose: intent.purpose })),
      ),
      sender_domain: rng.pick(DOMAINS).name,
    },
    facts: drawFacts(rng, { operation, meaning, column, type, intent, word, pick, name }),
  };
  return { intent, input };
}

/** Some people begin with a capital, some end with a full stop: neither means anything. */
function written(rng: Rng, text: string): string {
  const begun = rng.chance(0.35) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return rng.chance(0.15) && /\p{L}$/u.test(begun) ? `${begun}.` : begun;
}

/** Fills E, M and C of a phrase with words of the domain. */
function wordsOf(rng: Rng, domain: Domain, entity: string) {
  const [measure, category] = [rng.pick(domain.measures), rng.pick(domain.categories)];
  return (phrase: string): string =>
    phrase
      .replace(/(?<![A-Za-z])E(?![A-Za-z])/g, entity)
      .replace(/(?<![A-Za-z])M(?![A-Za-z])/g, measure)
      .replace(/(?<![A-Za-z])C(?![A-Za-z])/g, category)
      .replaceAll("{n}", String(rng.int(3, 99)));
}

function purposeOf(rng: Rng, operation: Operation, name: string): Intent["purpose"] {
  const adds = operation === "add_column" || operation === "add_table";
  if (adds && meaningOf(name).personal) {
    return rng.weighted([
      ["legal", 3],
      ["suits", 3],
      ["vague", 0.6],
    ]);
  }
  return rng.weighted([
    ["suits", 6],
    ["vague", 1],
    ["contradicts", oppositesOf(name).length > 0 ? 1.2 : 0],
    // Law alone is no sign of personal data.
    ["legal", adds ? 0.3 : 0],
  ]);
}

interface FactsOf {
  operation: Operation;
  meaning: Meaning;
  column: string;
  type: string;
  intent: Intent;
  word: (phrase: string) => string;
  pick: PickPhrase;
  name: string;
}

function drawFacts(rng: Rng, of: FactsOf): OpinionInput["facts"] {
  const { operation, meaning, column, type, intent, word, pick, name } = of;
  const adds = operation === "add_column" || operation === "add_table";
  const tableExists = rng.chance(operation === "add_table" ? 0.15 : 0.93);
  const columnExists = tableExists && operation !== "add_table" && rng.chance(adds ? 0.08 : 0.93);
  const others = [...meaning.types, ...meaning.wrong].filter((one) => one !== type);
  const twins = Array.from({ length: 8 }, () => word(pick(meaning.synonyms)));
  const twin = twins.find((one) => one !== column) ?? `${column}_2`;
  const strangers = strangersOf(name).map((other) => {
    const { names, synonyms } = meaningOf(other);
    return word(pick(rng.chance(0.5) ? names : synonyms));
  });
  const similar = rng.shuffle(strangers).slice(0, rng.int(0, 2));
  if (intent.isDuplicate) similar.push(twin);
  return {
    table_exists: tableExists,
    column_exists: columnExists,
    existing_type: columnExists ? rng.pick(others) : null,
    rows: tableExists && rng.chance(0.85) ? Math.round(rng.logUniform(10, 5_000_000)) : 0,
    consumers: rng.pick([0, 0, 0, 1, 1, 2, 4]),
    dependents: rng.pick([0, 0, 0, 0, 1, 3]),
    similar: tableExists && operation === "add_column" ? rng.shuffle(similar) : [],
  };
}
