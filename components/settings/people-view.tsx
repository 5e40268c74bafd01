"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { PageTitle } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Invitations } from "./invitations";
import { InviteDialog } from "./invite-dialog";
import { PersonRow } from "./person-row";
import { type Secret, ShownOnce } from "./shown-once";

/** Who may come in, as what, and who was invited. */
export function PeopleView() {
  const [isInviting, setIsInviting] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  return (
    <>
      <PageTitle
        title="People"
        lead="Who may sign in, and what each may do. Changes of roles count from the next request on."
      >
        <Button onClick={() => setIsInviting(true)}>Invite a person</Button>
      </PageTitle>
      <div className="grid gap-6">
        <PeopleList onSecret={setSecret} />
        <Invitations />
      </div>
      <InviteDialog
        isOpen={isInviting}
        onClose={() => setIsInviting(false)}
        onInvited={setSecret}
      />
      <ShownOnce secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}

function PeopleList({ onSecret }: { onSecret: (secret: Secret) => void }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.people.list.queryOptions());
  if (query.isPending) return <RowsSkeleton />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  return (
    <Card>
      <ul className="divide-y" aria-label="People">
        {query.data.map((person) => (
          <PersonRow key={person.user_id} person={person} onSecret={onSecret} />
        ))}
      </ul>
    </Card>
  );
}
