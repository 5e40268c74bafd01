import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Option } from "commander";
import { z } from "zod";
import { type AuditEvent, AuditFilter, ExportAudit, ListAudit } from "@/server/contracts";
import { formatInstant } from "@/server/format";
import { describeAction, describeChanges } from "@/server/format/audit-words";
import { AppError } from "@/server/platform/errors";
import type { CliCommand } from "../command";
import { fileNamed } from "../files";
import type { Table } from "../table";

/** A day (`2026-11-30`, from its beginning in UTC) or an instant. */
function instantOf(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new AppError("invalid_input", `--${option} is no date: ${text}`);
}

const FilterOptions = z
  .object({
    subject: z.string().optional(),
    subjectType: z.string().optional(),
    actor: z.string().optional(),
    action: z.string().optional(),
    since: z.string().optional(),
    until: z.string().optional(),
  })
  .transform(({ subject, subjectType, actor, action, since, until }) =>
    AuditFilter.parse({
      ...{ subject_id: subject, subject_type: subjectType, actor, action },
      since: instantOf("since", since),
      until: instantOf("until", until),
    }),
  );

const PageOptions = z.object({
  limit: z.coerce.number(),
  beforeId: z.coerce.number().optional(),
});

const tableOf = (events: AuditEvent[]): Table => ({
  columns: ["ID", "AT", "WHO", "WHAT", "SUBJECT ID", "CHANGES"],
  rows: events.map((event) => [
    String(event.id),
    formatInstant(event.at),
    event.actor_label,
    describeAction(event.action),
    event.subject_id,
    describeChanges(event.before, event.after).join("; "),
  ]),
  empty: "No entry matches.",
});

const filtered = (command: CliCommand): CliCommand =>
  command
    .option("--actor <text>", "part of the name of whoever did it")
    .option("--action <action>", "for instance suggestion.approve")
    .option("--subject <id>", "what was changed")
    .option("--subject-type <type>", "kind of what was changed, for instance user")
    .option("--since <date>", "from then on")
    .option("--until <date>", "before then");

export function defineAudit(group: CliCommand): void {
  filtered(group.command("list", { isDefault: true }))
    .description("newest first")
    .option("--limit <number>", "at most so many (1 to 200)", "50")
    .option("--before-id <id>", "continue: older than this entry")
    .answers("AuditPage", async ({ ctx, options }) => {
      const { listAudit } = await import("@/server/knowledge");
      const { limit, beforeId } = PageOptions.parse(options);
      const filter = FilterOptions.parse(options);
      const input = ListAudit.parse({ ...filter, limit, before_id: beforeId });
      const items = await listAudit({ ctx, input });
      const next = items.length < limit ? null : (items.at(-1)?.id ?? null);
      const more = next === null ? [] : [`more: --before-id ${next}`];
      return { data: { items, next_before_id: next }, lines: [tableOf(items), ...more] };
    });
  filtered(group.command("export"))
    .description("all matching entries as a file")
    .addOption(
      new Option("--format <format>", "of the file").choices(["csv", "json"]).default("csv"),
    )
    .option("--out <path>", "file to write, for its owner alone (default: standard output)")
    .answers("AuditEvent[] (the file); with --out: { file }", async ({ ctx, options }) => {
      const { exportAudit } = await import("@/server/knowledge");
      const { format } = ExportAudit.pick({ format: true }).parse(options);
      const pieces = await exportAudit({ ctx, input: { ...FilterOptions.parse(options), format } });
      if (options.out === undefined) {
        for await (const piece of pieces) process.stdout.write(piece);
        return null;
      }
      const file = fileNamed(String(options.out));
      await pipeline(Readable.from(pieces), createWriteStream(file, { mode: 0o600 }));
      return { data: { file }, lines: [`Written to ${file}.`] };
    });
}
