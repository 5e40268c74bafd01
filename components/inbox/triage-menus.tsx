"use client";
import { DropdownMenu, DropdownMenuItem } from "@/components/ui/dropdown-menu";
import { snoozeChoices, useColleagues } from "./use-triage";

/** To whom: the menu of people who may decide, and nobody. */
export function AssignMenu({ onChoose }: { onChoose: (assigneeId: string | null) => void }) {
  const reviewers = useColleagues().filter((person) => person.can_decide);
  return (
    <DropdownMenu trigger={{ size: "sm", variant: "outline", children: "Assign" }}>
      <DropdownMenuItem onSelect={() => onChoose(null)}>Nobody</DropdownMenuItem>
      {reviewers.map(({ id, label }) => (
        <DropdownMenuItem key={id} onSelect={() => onChoose(id)}>
          {label}
        </DropdownMenuItem>
      ))}
    </DropdownMenu>
  );
}

/** Until when: the menu of times, and back at once. */
export function SnoozeMenu({ onChoose }: { onChoose: (until: string | null) => void }) {
  return (
    <DropdownMenu trigger={{ size: "sm", variant: "outline", children: "Snooze" }}>
      {snoozeChoices(new Date()).map(({ label, until }) => (
        <DropdownMenuItem key={label} onSelect={() => onChoose(until)}>
          {label}
        </DropdownMenuItem>
      ))}
      <DropdownMenuItem onSelect={() => onChoose(null)}>Stop snoozing</DropdownMenuItem>
    </DropdownMenu>
  );
}
