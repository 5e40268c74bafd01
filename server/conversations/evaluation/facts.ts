import type { ConversationAnswer, Finding, MessageContent } from "@/server/contracts";
import { formatBytes, formatCount, formatPercent, formatPlural } from "@/server/format";
import {
  asTouched,
  dependentsOf,
  findColumn,
  findTable,
  isSameName,
  type KnownHere,
  readersOf,
} from "./known-here";

const answer = (
  reasons: string[],
  evidence: ConversationAnswer["evidence"],
): ConversationAnswer => ({ verdict: "accept", reasons, evidence, counter: null });

const reject = (reason: string): ConversationAnswer => ({
  ...{ verdict: "reject", reasons: [reason], evidence: {}, counter: null },
});

/** What a quality alert touches here, and whether our own checks see the same. */
export function answerQualityAlert(
  here: KnownHere,
  alert: MessageContent<"quality_alert">,
  findings: readonly Finding[],
): ConversationAnswer {
  const table = findTable(here, alert.table);
  if (table === undefined) {
    const count = formatPlural(here.schema.tables.length, "table");
    return answer([`No table ${alert.table} here: looked up ${count}.`], { touches: [] });
  }
  const column = alert.column === undefined ? undefined : findColumn(table, alert.column);
  const readers = readersOf(here, table.name, column?.name);
  const touches = [
    { kind: "table", name: table.name, rows: table.row_count },
    ...readers.map(asTouched),
    ...(column === undefined ? [] : dependentsOf(here, table, column.name)),
  ];
  const own = findings.filter(
    (one) =>
      isSameName(one.table ?? "", table.name) &&
      (column === undefined || isSameName(one.column ?? "", column.name)),
  );
  const subject = column === undefined ? table.name : `${table.name}.${column.name}`;
  const { statistics = null } = column ?? {};
  const reasons = [
    `${subject} is read by ${formatPlural(readers.length, "query or view", "queries and views")} here.`,
    own.length === 0
      ? `Our own last test run has no finding of ${subject}.`
      : `Our own checks found: ${own.map(({ title }) => title).join("; ")}.`,
    ...(alert.column !== undefined && column === undefined
      ? [`${table.name} has no column ${alert.column} here.`]
      : []),
    ...(statistics === null
      ? []
      : [
          `Here ${formatPercent(statistics.null_fraction)} of its values are missing, and about ${formatCount(statistics.distinct_count)} are different, in ${formatCount(table.row_count)} rows.`,
        ]),
  ];
  const found = own.map(({ finding_id, severity, title }) => ({ finding_id, severity, title }));
  return answer(reasons, {
    touches: touches.slice(0, 200),
    rows: table.row_count,
    findings: found,
  });
}

/** What our product runs with, beside what is asked for. Nothing is changed: a person decides. */
export function answerResourceScale(
  { schema }: Pick<KnownHere, "schema">,
  { resource, direction, amount }: MessageContent<"resource_scale">,
): ConversationAnswer {
  const { threads, resources } = schema;
  const decides = "A person decides; nothing was changed.";
  if (resource === "threads") {
    const asked = amount === undefined ? "" : ` Asked for: ${formatCount(amount)}, ${direction}.`;
    const evidence = { resources: { threads } };
    return answer(
      [`The product runs with ${formatPlural(threads, "thread")}.${asked}`, decides],
      evidence,
    );
  }
  if (resources === undefined) return reject("The product does not tell what it runs with.");
  const { memory_limit_bytes: memory, database_bytes: used, free_disk_bytes: free } = resources;
  const total = resource === "memory" ? memory : used + free;
  const share = total === 0 ? 0 : used / total;
  const has =
    resource === "memory"
      ? `Memory limit ${formatBytes(memory)}; the database holds ${formatBytes(used)}, ${formatPercent(share)} of it.`
      : `The database takes ${formatBytes(used)}, ${formatPercent(share)} of its disk; ${formatBytes(free)} are free.`;
  const asked = amount === undefined ? [] : [`Asked for: ${formatBytes(amount)}, ${direction}.`];
  const evidence = { resources: { ...resources, threads, share_in_use: share } };
  return answer([has, ...asked, decides], evidence);
}
