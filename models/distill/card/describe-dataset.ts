import { z } from "zod";

const Counts = z.object({ train: z.number(), validation: z.number(), test: z.number() });

/** README.json of a data set, as far as a card shows it. */
const Dataset = z.object({
  tasks: z.array(
    z.object({ group: z.string(), task: z.string(), counts: Counts, families: Counts }),
  ),
});

/** A table of a data set's examples and families by split. Throws when the text is no such record. */
export function describeDataset(readme: string): string {
  const { tasks } = Dataset.parse(JSON.parse(readme));
  const rows = tasks.map(({ group, task, counts, families }) => {
    const of = (split: keyof typeof counts) => `${counts[split]} (${families[split]})`;
    return `| ${group} | ${task} | ${of("train")} | ${of("validation")} | ${of("test")} |`;
  });
  return [
    "",
    "| set | task | training (families) | validation | test |",
    "| --- | --- | --: | --: | --: |",
    ...rows,
    "",
  ].join("\n");
}
