import { DOMAINS } from "../world/draw-family";
import { ADVERSARIAL_FAMILIES } from "./adversarial-examples";
import type { Split } from "./example";
import { splitFamilies } from "./split-families";

/** Four families or more of each kind stand in the test: one could be easy or hard by chance. */
const HELD_ADVERSARIAL = 0.11;

const isAttack = (family: string): boolean => family.startsWith("attack/");

/** The split of every business domain, and of every family of attacks and of harmless texts. */
export function splitExamples(seed: number): Map<string, Split> {
  const domains = DOMAINS.map(({ name }) => name);
  const attacks = ADVERSARIAL_FAMILIES.filter(isAttack);
  const harmless = ADVERSARIAL_FAMILIES.filter((family) => !isAttack(family));
  return new Map([
    ...splitFamilies(domains, seed),
    ...splitFamilies(attacks, seed, HELD_ADVERSARIAL),
    ...splitFamilies(harmless, seed, HELD_ADVERSARIAL),
  ]);
}
