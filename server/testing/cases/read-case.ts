import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { Change, RewriteRule } from "@/server/contracts";

/** One minimal input that was answered wrong once, with what is right. */
const Case = z.looseObject({
  id: z.string(),
  setup: z.array(z.string()).default([]),
  queries: z.array(z.string()).default([]),
  /** Conditions beside `queries`, one shape for each whatever its literals. */
  more: z.array(z.string()).default([]),
  rule: RewriteRule.optional(),
  change: Change.optional(),
  request: z
    .object({
      table: z.string(),
      /** `name TYPE, …` */
      columns: z.string(),
      /** Text and frequency. */
      queries: z.array(z.tuple([z.string(), z.number()])),
    })
    .optional(),
});
export type Case = z.infer<typeof Case>;

/** The case whose file begins with the number (`02`). Throws where there is none. */
export function readCase(number: string): Case {
  const folder = new URL(".", import.meta.url);
  const file = readdirSync(folder).find((name) => name.startsWith(`${number}-`));
  if (file === undefined) throw new Error(`There is no case ${number}.`);
  return Case.parse(JSON.parse(readFileSync(new URL(file, folder), "utf8")));
}
