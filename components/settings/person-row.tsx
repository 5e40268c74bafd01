"use client";
import { EllipsisIcon } from "lucide-react";
import { useState } from "react";
import { RelativeTime } from "@/components/common/clock";
import { useSession } from "@/components/shell/session";
import { Badge } from "@/components/ui/badge";
import { DropdownMenu, DropdownMenuItem } from "@/components/ui/dropdown-menu";
import type { PersonView } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { type PersonAction, PersonDialogs } from "./person-dialogs";
import type { Secret } from "./shown-once";

/** One person, with what an administrator may do about them. */
export function PersonRow(props: { person: PersonView; onSecret: (secret: Secret) => void }) {
  const { person } = props;
  const [action, setAction] = useState<PersonAction | null>(null);
  const isSelf = useSession().label === person.email;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 text-sm sm:px-5">
      <div className="min-w-0 flex-1">
        <p className="font-medium break-all">
          {person.email}
          {isSelf ? <span className="font-normal text-muted-foreground"> (you)</span> : null}
        </p>
        <p className="text-xs text-muted-foreground">
          {person.name} · <LastSeen person={person} />
        </p>
      </div>
      <p className="order-last flex w-full flex-wrap gap-1 sm:order-none sm:w-auto">
        {person.is_active ? null : <Badge tone="warning">deactivated</Badge>}
        {person.is_linked ? <Badge tone="info">identity provider</Badge> : null}
        {person.roles.map((role) => (
          <Badge key={role}>{role}</Badge>
        ))}
      </p>
      <PersonMenu person={person} onSelect={setAction} />
      <PersonDialogs
        person={person}
        action={action}
        onClose={() => setAction(null)}
        onSecret={props.onSecret}
      />
    </li>
  );
}

function LastSeen({ person }: { person: PersonView }) {
  if (person.last_sign_in_at === null) return "no sign-in on record";
  return (
    <>
      signed in <RelativeTime iso={person.last_sign_in_at} />
      {person.session_count > 0 ? `, ${formatPlural(person.session_count, "open session")}` : ""}
    </>
  );
}

function PersonMenu(props: { person: PersonView; onSelect: (action: PersonAction) => void }) {
  const { person, onSelect } = props;
  const items: [PersonAction, string, boolean][] = [
    ["roles", "Change roles", true],
    ["reset", "Password reset link", person.is_active],
    ["sessions", "End sessions", person.session_count > 0],
    ["deactivate", "Deactivate", person.is_active],
    ["activate", "Activate", !person.is_active],
  ];
  return (
    <DropdownMenu
      trigger={{
        variant: "ghost",
        size: "icon",
        "aria-label": `Actions for ${person.email}`,
        children: <EllipsisIcon aria-hidden />,
      }}
    >
      {items
        .filter(([, , isOffered]) => isOffered)
        .map(([action, label]) => (
          <DropdownMenuItem key={action} onSelect={() => onSelect(action)}>
            {label}
          </DropdownMenuItem>
        ))}
    </DropdownMenu>
  );
}
