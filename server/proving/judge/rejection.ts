import { makeVerdict, type Verdict, type VerdictCode } from "@/server/contracts";

/** It does harm; what could not be measured may. */
export const HARMFUL: ReadonlySet<VerdictCode> = new Set([
  "slower",
  "regresses_query",
  "results_differ",
  "not_measurable",
]);

/** Something is slower: unlike differing results, noise alone may say so. */
export const isRegression = ({ code }: Pick<Verdict, "code">): boolean =>
  code === "slower" || code === "regresses_query";

/** A verdict that does not accept. */
export const rejection: (code: VerdictCode, reason: string) => Verdict = makeVerdict;
