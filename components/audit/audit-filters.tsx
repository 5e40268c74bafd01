"use client";
import { useQuery } from "@tanstack/react-query";
import { DownloadIcon } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, useMemo } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Button, buttonVariants } from "@/components/ui/button";
import { SelectField, TextField } from "@/components/ui/field";
import type { AuditFilter } from "@/server/contracts";
import { describeAction } from "@/server/format/audit-words";

/** Names of the filter's fields in the page's address; days there, instants in the filter. */
const FIELDS = ["actor", "action", "entity", "from", "to"] as const;
type Field = (typeof FIELDS)[number];
type Asked = Partial<Record<Field, string>>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

const startOf = (day: string | undefined, days = 0): string | undefined => {
  if (day === undefined || !DAY.test(day)) return undefined;
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? undefined : new Date(ms + days * DAY_MS).toISOString();
};

/** What the page's address asks for. Days are of UTC, the last one included. */
function toAuditFilter({ actor, action, entity, from, to }: Asked): AuditFilter {
  const [since, until] = [startOf(from), startOf(to, 1)];
  return {
    ...(actor && { actor }),
    ...(action && { action }),
    ...(entity && { subject_type: entity }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

function useAsked(): Asked {
  const given = useSearchParams();
  return useMemo(() => {
    const pairs = FIELDS.flatMap((name) => {
      const value = given.get(name)?.trim();
      return value ? [[name, value]] : [];
    });
    return Object.fromEntries(pairs);
  }, [given]);
}

function exportAddress(filter: AuditFilter, format: "csv" | "json"): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  query.set("format", format);
  return `/agent/audit/export?${query.toString()}`;
}

/** The filter that the address holds. */
export function useAuditFilter(): AuditFilter {
  const asked = useAsked();
  return useMemo(() => toAuditFilter(asked), [asked]);
}

/** Narrows the log; what is asked stands in the address, so that it can be sent to somebody. */
export function AuditFilters() {
  const router = useRouter();
  const asked = useAsked();
  function apply(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const kept = FIELDS.flatMap((name) => {
      const value = String(given.get(name) ?? "").trim();
      return value === "" ? [] : [[name, value]];
    });
    const query = new URLSearchParams(kept).toString();
    router.replace(query === "" ? "/audit" : `/audit?${query}`, { scroll: false });
  }
  return (
    // A new key: fields show what the address holds after "Clear" and "Back".
    <form
      key={JSON.stringify(asked)}
      aria-label="Filter"
      onSubmit={apply}
      className="mb-4 grid gap-3 rounded-lg border bg-card p-4 sm:grid-cols-2 lg:grid-cols-5"
    >
      <TextField
        label="Actor"
        name="actor"
        defaultValue={asked.actor}
        placeholder="Part of a name"
        maxLength={200}
      />
      <ActionField asked={asked.action} />
      <TextField
        label="Entity"
        name="entity"
        defaultValue={asked.entity}
        placeholder="suggestion, user, …"
        maxLength={100}
      />
      <TextField label="From (UTC)" name="from" type="date" defaultValue={asked.from} />
      <TextField label="To (UTC)" name="to" type="date" defaultValue={asked.to} />
      <div className="flex flex-wrap gap-2 sm:col-span-2 lg:col-span-5">
        <Button type="submit" size="sm">
          Filter
        </Button>
        <Button
          variant="ghost"
          size="sm"
          disabled={Object.keys(asked).length === 0}
          onClick={() => router.replace("/audit", { scroll: false })}
        >
          Clear
        </Button>
        <ExportLinks />
      </div>
    </form>
  );
}

function ActionField({ asked }: { asked: string | undefined }) {
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.audit.actions.queryOptions());
  const actions = asked === undefined || data.includes(asked) ? data : [asked, ...data];
  return (
    <SelectField label="Action" name="action" key={actions.length} defaultValue={asked ?? ""}>
      <option value="">All actions</option>
      {actions.map((action) => (
        <option key={action} value={action}>
          {describeAction(action)}
        </option>
      ))}
    </SelectField>
  );
}

/** What is shown as a file: the browser loads it, so that no page holds it in memory. */
function ExportLinks() {
  const filter = useAuditFilter();
  return (
    <div className="ml-auto flex gap-2">
      {(["csv", "json"] as const).map((format) => (
        <a
          key={format}
          href={exportAddress(filter, format)}
          download={`audit.${format}`}
          className={buttonVariants({ variant: "outline", size: "sm" })}
        >
          <DownloadIcon aria-hidden /> Export {format.toUpperCase()}
        </a>
      ))}
    </div>
  );
}
