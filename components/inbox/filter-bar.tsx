"use client";
import { ListFilterIcon, SearchIcon } from "lucide-react";
import dynamic from "next/dynamic";
import { useEffect, useMemo, useRef, useState } from "react";
import { useHotkeys } from "@/components/shell/hotkeys";
import { INBOX_KEYS } from "@/components/shell/keys";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import type { FilterBarProps } from "./filters";
import { countFilters } from "./inbox-query";
import { SavedViews } from "./saved-views";

// The fields load when they are opened.
const Filters = dynamic(() => import("./filters").then((module) => module.Filters));

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
    useMemo(() => [{ key: "/", label: INBOX_KEYS["/"], run: () => box.current?.focus() }], []),
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
