import { Option } from "commander";
import { z } from "zod";
import {
  Basis,
  ChangeKind,
  ListSuggestions,
  RiskLevel,
  SuggestionSort,
  SuggestionState,
  type SuggestionSummary,
  TRANSITIONS,
} from "@/server/contracts";
import { formatInterval } from "@/server/format";
import { type CliCommand, collect } from "../command";
import type { Table } from "../table";

const Options = z
  .object({
    state: z.array(SuggestionState).default([...TRANSITIONS.suggestion.approve.from]),
    all: z.boolean().default(false),
    kind: z.array(ChangeKind).optional(),
    risk: z.array(RiskLevel).optional(),
    basis: Basis.optional(),
    product: z.string().optional(),
    search: z.string().optional(),
    assignee: z.enum(["me", "nobody"]).optional(),
    sort: SuggestionSort,
    limit: z.coerce.number(),
    cursor: z.string().optional(),
  })
  .transform(({ state, all, product, ...filter }) =>
    ListSuggestions.parse({ ...filter, ...(!all && { state }), product_id: product }),
  );

function rowOf(row: SuggestionSummary): string[] {
  const { workload_gain: gain, risk_level, product_id } = row;
  const state = row.rollback === null ? row.state : `${row.state}, rollback ${row.rollback}`;
  return [
    row.suggestion_id,
    state,
    gain === null ? row.basis : formatInterval(gain),
    risk_level ?? "-",
    product_id ?? "-",
    row.title,
  ];
}

const tableOf = (rows: SuggestionSummary[]): Table => ({
  columns: ["ID", "STATE", "GAIN", "RISK", "PRODUCT", "TITLE"],
  rows: rows.map(rowOf),
  empty: "No suggestion matches.",
});

/** What waits for a decision, in the order of the page; every suggestion with `--all`. */
export function defineInbox(command: CliCommand): void {
  command
    .option("--state <states>", `in these states (${SuggestionState.options.join(", ")})`, collect)
    .option("--all", "in every state")
    .option("--kind <kinds>", "with such changes", collect)
    .option("--risk <levels>", RiskLevel.options.join(", "), collect)
    .addOption(new Option("--basis <basis>", "measured or estimated").choices(Basis.options))
    .option("--product <id>", "of this data product")
    .option("--search <words>", "words of title, table, kind, product or id")
    .addOption(new Option("--assignee <who>", "needs --as").choices(["me", "nobody"]))
    .addOption(
      new Option("--sort <order>", "order").choices(SuggestionSort.options).default("impact"),
    )
    .option("--limit <number>", "at most so many (1 to 100)", "50")
    .option("--cursor <cursor>", "continue a page: its `next_cursor`")
    .answers("SuggestionPage", async ({ ctx, options }) => {
      const { listSuggestions } = await import("@/server/decisions");
      const page = await listSuggestions({ ctx, input: Options.parse(options) });
      const more = page.next_cursor === null ? [] : [`more: --cursor ${page.next_cursor}`];
      return { data: page, lines: [tableOf(page.items), ...more] };
    });
}
