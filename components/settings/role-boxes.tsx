"use client";
import { useId } from "react";
import { Checkbox } from "@/components/ui/checkbox";

/** Roles of people, with what each adds. */
const ROLES = [
  { role: "viewer", can: "reads suggestions, workload and health" },
  {
    role: "reviewer",
    can: "asks for analyses, approves and rejects suggestions; reads the audit log",
  },
  {
    role: "operator",
    can: "approves with others, executes and rolls back; rejects nothing; reads the audit log",
  },
  { role: "admin", can: "all of this, and manages people, keys, products and settings" },
] as const;

export type PersonRole = (typeof ROLES)[number]["role"];

export const isPersonRole = (role: string): role is PersonRole =>
  ROLES.some((each) => each.role === role);

/** What a person may do: any number of roles. */
export function RoleBoxes(props: {
  roles: readonly PersonRole[];
  onChange: (roles: PersonRole[]) => void;
}) {
  const id = useId();
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">Roles</legend>
      {ROLES.map(({ role, can }) => (
        <div key={role} className="flex gap-2 text-sm">
          <Checkbox
            id={`${id}-${role}`}
            className="mt-0.5"
            checked={props.roles.includes(role)}
            onCheckedChange={(checked) => {
              const others = props.roles.filter((each) => each !== role);
              props.onChange(checked ? [...others, role] : others);
            }}
          />
          <label htmlFor={`${id}-${role}`}>
            <span className="font-medium">{role}</span>{" "}
            <span className="text-muted-foreground">{can}</span>
          </label>
        </div>
      ))}
    </fieldset>
  );
}
