"use client";
import { ListFilterIcon, SearchIcon } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useHotkeys } from "@/components/shell/hotkeys";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ChangeKind, type InboxView, RiskLevel, SuggestionSort } from "@/server/contracts";
import { countFilters, labelKind, RISK_LABELS } from "./inbox-query";
import { SavedViews } from "./saved-views";
import { useColleagues } from "./use-triage";

interface FilterBarProps {
  tab: string;
  view: InboxView;
  onChange: (view: InboxView) => void;
}

const SORT_LABELS: Record<SuggestionSort, string> = {
  impact: "Largest gain first",
  newest: "Newest first",
  expiry: "Next to expire first",
};

/** What narrows and orders the list; all of it stands in the address. */
export function FilterBar({ tab, view, onChange }: FilterBarProps) {
  const [isOpen, setIsOpen] = useState(false);
  const count = countFilters(view) - (view.search === undefined ? 0 : 1);
  return (
    <search className="mb-4 grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <SearchBox view={view} onChange={onChange} />
        <Button
          variant="outline"
          aria-expanded={isOpen}
          aria-controls="inbox-filters"
          onClick={() => setIsOpen(!isOpen)}
        >
          <ListFilterIcon aria-hidden />
          {count === 0 ? "Filter" : `Filter (${count})`}
        </Button>
        <SavedViews tab={tab} view={view} />
        {countFilters(view) === 0 ? null : (
          <Button variant="ghost" onClick={() => onChange({ sort: view.sort })}>
            Clear
          </Button>
        )}
      </div>
      {isOpen ? <Filters tab={tab} view={view} onChange={onChange} /> : null}
    </search>
  );
}

const TYPING_MS = 250;

/** Searches once typing pauses; `/` puts the cursor here. */
function SearchBox({ view, onChange }: Omit<FilterBarProps, "tab">) {
  const [text, setText] = useState(view.search ?? "");
  const box = useRef<HTMLInputElement>(null);
  const current = useRef({ view, onChange });
  current.current = { view, onChange };
  useEffect(() => setText(view.search ?? ""), [view.search]);
  useEffect(() => {
    if (text.trim() === (view.search ?? "")) return;
    const timer = setTimeout(() => {
      const { search: _, ...rest } = current.current.view;
      const search = text.trim();
      current.current.onChange(search === "" ? rest : { ...rest, search });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, view.search]);
  useHotkeys(
    useMemo(() => [{ key: "/", label: "Search the list", run: () => box.current?.focus() }], []),
  );
  return (
    <div className="relative min-w-48 flex-1 sm:max-w-sm">
      <SearchIcon aria-hidden className="absolute top-2.5 left-2.5 size-4 text-muted-foreground" />
      <Input
        ref={box}
        type="search"
        aria-label="Search suggestions"
        placeholder="Title, table, kind, product or id"
        maxLength={200}
        className="pl-8"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </div>
  );
}

function Filters({ tab, view, onChange }: FilterBarProps) {
  const colleagues = useColleagues();
  const set = (change: { [Field in keyof InboxView]?: InboxView[Field] | undefined }) => {
    const next = Object.entries({ ...view, ...change }).filter(([, value]) => value !== undefined);
    onChange(Object.fromEntries(next));
  };
  const yesNo = (value: string) => (value === "" ? undefined : value === "yes");
  const fromYesNo = (value: boolean | undefined) =>
    value === undefined ? "" : value ? "yes" : "no";
  const one = <Value extends string>(value: Value | "") => (value === "" ? undefined : [value]);
  return (
    <div
      id="inbox-filters"
      className="grid gap-3 rounded-lg border bg-card p-3 sm:grid-cols-3 lg:grid-cols-4"
    >
      <SelectField
        label="Order"
        value={view.sort ?? ""}
        onChange={({ target: { value: sort } }) =>
          set({ sort: SuggestionSort.optional().parse(sort || undefined) })
        }
      >
        <option value="">{tab === "review" ? SORT_LABELS.impact : SORT_LABELS.newest}</option>
        {SuggestionSort.options.map((sort) => (
          <option key={sort} value={sort}>
            {SORT_LABELS[sort]}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Kind of change"
        value={view.kind?.[0] ?? ""}
        onChange={({ target: { value: kind } }) =>
          set({ kind: kind === "" ? undefined : [ChangeKind.parse(kind)] })
        }
      >
        <option value="">Any</option>
        {ChangeKind.options.map((kind) => (
          <option key={kind} value={kind}>
            {labelKind(kind)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Risk"
        value={view.risk?.[0] ?? ""}
        onChange={({ target: { value: risk } }) =>
          set({ risk: risk === "" ? undefined : one(RiskLevel.parse(risk)) })
        }
      >
        <option value="">Any</option>
        {RiskLevel.options.map((level) => (
          <option key={level} value={level}>
            {RISK_LABELS[level]}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Figures"
        value={view.basis ?? ""}
        onChange={({ target: { value: basis } }) =>
          set({ basis: basis === "" ? undefined : basis === "measured" ? "measured" : "estimate" })
        }
      >
        <option value="">Any</option>
        <option value="measured">Measured</option>
        <option value="estimate">Estimated</option>
      </SelectField>
      <SelectField
        label="Assigned to"
        value={view.assignee ?? ""}
        onChange={({ target: { value: assignee } }) =>
          set({ assignee: assignee === "" ? undefined : assignee })
        }
      >
        <option value="">Anybody</option>
        <option value="me">Me</option>
        <option value="nobody">Nobody</option>
        {colleagues.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Unread"
        value={fromYesNo(view.is_unread)}
        onChange={({ target: { value } }) => set({ is_unread: yesNo(value) })}
      >
        <option value="">Read and unread</option>
        <option value="yes">Unread</option>
        <option value="no">Read</option>
      </SelectField>
      <SelectField
        label="Snoozed"
        value={fromYesNo(view.is_snoozed)}
        onChange={({ target: { value } }) => set({ is_snoozed: yesNo(value) })}
      >
        <option value="">{tab === "review" ? "Not snoozed" : "Snoozed or not"}</option>
        <option value="yes">Snoozed</option>
        <option value="no">Not snoozed</option>
      </SelectField>
    </div>
  );
}
