import { Command, InvalidArgumentError } from "commander";
import { kindsWhere } from "@/server/advisor";
import { describePlanFault, fuzzPlans } from "@/server/advisor/testing/fuzz";
import { describeDifference, fuzzRewrites } from "@/server/workload/testing/fuzz";

const DIFFERENCES_SHOWN = 10;

const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("A whole number is needed.");
  return Number(text);
};

/** `npm run fuzz -- rewrites`: exits 1 when a text answers otherwise, or a form was never met. */
async function rewrites({ queries, seed }: { queries: number; seed: number }): Promise<boolean> {
  const began = performance.now();
  const onProgress = (done: number): void => {
    if (done % 1000 === 0) console.log(`${done} queries …`);
  };
  const result = await fuzzRewrites({ queries, seed, onProgress });
  const { differences, textsByRule, forms } = result;
  for (const each of differences.slice(0, DIFFERENCES_SHOWN)) console.log(describeDifference(each));
  for (const [rule, texts] of textsByRule) console.log(`${rule}: ${texts} texts`);
  for (const { name, texts } of forms.all) console.log(`  ${name}: ${texts}`);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`seed ${seed}, ${seconds} s; ${result.unanswered} that no database could answer`);
  console.log(
    `${result.queries} queries, ${result.rewritten} rewritten, ${differences.length} different`,
  );
  const unmet = forms.all.filter(({ texts }) => texts === 0).map(({ name }) => name);
  if (unmet.length > 0) console.log(`never offered: ${unmet.join("; ")}`);
  return differences.length === 0 && unmet.length === 0;
}

/** `npm run fuzz -- plans`: exits 1 when a plan leaves a trace, or a kind of change was never reverted. */
async function plans({ changes, seed }: { changes: number; seed: number }): Promise<boolean> {
  const began = performance.now();
  const onProgress = (done: number): void => {
    if (done % 100 === 0) console.log(`${done} changes …`);
  };
  const result = await fuzzPlans({ changes, seed, onProgress });
  const { faults, reverted, failed } = result;
  for (const each of faults.slice(0, DIFFERENCES_SHOWN)) console.log(describePlanFault(each));
  for (const [kind, count] of reverted) console.log(`${kind}: ${count} applied and reverted`);
  for (const [why, count] of failed) console.log(`not applied, nothing changed: ${count} × ${why}`);
  console.log(
    `${result.refused} sets refused before any statement; ${result.proposed} changes were the advisor's`,
  );
  console.log(
    `${result.writes} writes under plans, ${result.warned} end otherwise as the drawbacks say`,
  );
  const total = [...reverted.values()].reduce((sum, count) => sum + count, 0);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`seed ${seed}, ${seconds} s`);
  console.log(`${total} changes applied and reverted, ${faults.length} faults`);
  const executable = kindsWhere(({ carriedOutBy }) => carriedOutBy !== "developers");
  const unmet = executable.filter((kind) => !reverted.has(kind));
  if (unmet.length > 0) console.log(`never reverted: ${unmet.join(", ")}`);
  return faults.length === 0 && unmet.length === 0;
}

const program = new Command("fuzz").description("Compares what must be equal on random input.");
program
  .command("rewrites")
  .description("rewritten queries with the queries, on five random databases each")
  .option("--queries <count>", "how many queries", wholeNumber, 20_000)
  .option("--seed <number>", "the same seed draws the same queries", wholeNumber, 1)
  .action(async (options: { queries: number; seed: number }) => {
    process.exitCode = (await rewrites(options)) ? 0 : 1;
  });
program
  .command("plans")
  .description("changes applied and reverted on random databases, beside the product's writes")
  .option("--changes <count>", "how many changes", wholeNumber, 1000)
  .option("--seed <number>", "the same seed draws the same changes", wholeNumber, 1)
  .action(async (options: { changes: number; seed: number }) => {
    process.exitCode = (await plans(options)) ? 0 : 1;
  });
await program.parseAsync();
