import { auditEvents } from "@/drizzle/schema";
import { AUDIT_EXPORT_MAX, type AuditEvent, type ExportAudit } from "@/server/contracts";
import { formatCount } from "@/server/format";
import { describeAction, describeChanges } from "@/server/format/audit-words";
import { csvLine } from "@/server/format/csv";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { listAudit, matchingAudit } from "./list-audit";

const PAGE_SIZE = 200;

const COLUMNS = [
  "id",
  "at",
  "actor_kind",
  "actor",
  "action",
  "summary",
  "subject_type",
  "subject_id",
  "changes",
  "before",
  "after",
  "request_id",
];

const jsonText = (value: unknown) => (value == null ? "" : JSON.stringify(value));

const toCsv = (event: AuditEvent): string =>
  csvLine([
    String(event.id),
    event.at,
    event.actor_kind,
    event.actor_label,
    event.action,
    describeAction(event.action),
    event.subject_type,
    event.subject_id,
    describeChanges(event.before, event.after).join("; "),
    jsonText(event.before),
    jsonText(event.after),
    event.request_id ?? "",
  ]);

/** Entries newest first, a page at a time: what is recorded meanwhile is not among them. */
async function* readPages(ctx: ExportContext, filter: ExportAudit): AsyncGenerator<AuditEvent[]> {
  let before: { before_id?: number } = {};
  for (;;) {
    const page = await listAudit({ ctx, input: { ...filter, ...before, limit: PAGE_SIZE } });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_SIZE) return;
    before = { before_id: last.id };
  }
}

async function* toCsvText(pages: AsyncIterable<AuditEvent[]>): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for await (const page of pages) yield page.map(toCsv).join("");
}

async function* toJsonText(pages: AsyncIterable<AuditEvent[]>): AsyncGenerator<string> {
  let separator = "[\n";
  for await (const page of pages) {
    yield separator + page.map((event) => JSON.stringify(event)).join(",\n");
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}

type ExportContext = Pick<ServiceContext, "db" | "actor">;

/**
 * Audit entries as the text of a file, in pieces. Throws `invalid_input` where more match than one
 * file holds: a file never lacks entries without saying so.
 */
export async function exportAudit({
  ctx,
  input,
}: {
  ctx: ExportContext;
  input: ExportAudit;
}): Promise<AsyncGenerator<string>> {
  assertCan(ctx.actor, "audit.read");
  const matching = ctx.db
    .select({ id: auditEvents.id })
    .from(auditEvents)
    .where(matchingAudit(input))
    .limit(AUDIT_EXPORT_MAX + 1)
    .as("matching");
  if ((await ctx.db.$count(matching)) > AUDIT_EXPORT_MAX) {
    throw new AppError(
      "invalid_input",
      `More than ${formatCount(AUDIT_EXPORT_MAX)} entries match. Choose a shorter period, or an action.`,
    );
  }
  const pages = readPages(ctx, input);
  return input.format === "csv" ? toCsvText(pages) : toJsonText(pages);
}
