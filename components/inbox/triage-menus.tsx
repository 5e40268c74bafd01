"use client";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { snoozeChoices, useColleagues } from "./use-triage";

/** To whom: the menu of people who may decide, and nobody. */
export function AssignMenu({ onChoose }: { onChoose: (assigneeId: string | null) => void }) {
  const reviewers = useColleagues().filter((person) => person.can_decide);
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="sm" variant="outline">
          Assign
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        <DropdownMenuItem onSelect={() => onChoose(null)}>Nobody</DropdownMenuItem>
        {reviewers.map(({ id, label }) => (
          <DropdownMenuItem key={id} onSelect={() => onChoose(id)}>
            {label}
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** Until when: the menu of times, and back at once. */
export function SnoozeMenu({ onChoose }: { onChoose: (until: string | null) => void }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="sm" variant="outline">
          Snooze
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        {snoozeChoices(new Date()).map(({ label, until }) => (
          <DropdownMenuItem key={label} onSelect={() => onChoose(until)}>
            {label}
          </DropdownMenuItem>
        ))}
        <DropdownMenuItem onSelect={() => onChoose(null)}>Stop snoozing</DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
