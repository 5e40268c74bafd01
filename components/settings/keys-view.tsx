"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { Empty, PageTitle } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import type { ApiKeyView } from "@/server/contracts";
import { CreateKeyDialog } from "./create-key-dialog";
import { IssuedTokens } from "./issued-tokens";
import { type Secret, ShownOnce } from "./shown-once";

/** Keys of programs that call the sidecar, and tokens that it has issued. */
export function KeysView() {
  const [isCreating, setIsCreating] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  return (
    <>
      <PageTitle
        title="API keys and tokens"
        lead="Programs send a key as X-API-Key. A key can be given what its scopes name, and never a decision."
      >
        <Button onClick={() => setIsCreating(true)}>Create a key</Button>
      </PageTitle>
      <div className="grid gap-6">
        <KeyList />
        <IssuedTokens />
      </div>
      <CreateKeyDialog
        isOpen={isCreating}
        onClose={() => setIsCreating(false)}
        onCreated={setSecret}
      />
      <ShownOnce secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}

function KeyList() {
  const trpc = useTRPC();
  const query = useQuery(trpc.keys.list.queryOptions());
  if (query.isPending) return <RowsSkeleton />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (query.data.length === 0) {
    return (
      <Empty title="No API keys">Create one for each program, so that it can be revoked.</Empty>
    );
  }
  return (
    <Card>
      <ul className="divide-y" aria-label="API keys">
        {query.data.map((key) => (
          <KeyRow key={key.api_key_id} apiKey={key} />
        ))}
      </ul>
    </Card>
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKeyView }) {
  const hasExpired = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) <= Date.now();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 text-sm sm:px-5">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium break-words">
          {apiKey.name} <code className="font-mono text-xs">{apiKey.prefix}…</code>
        </p>
        <p className="text-xs text-muted-foreground">
          by {apiKey.created_by} <RelativeTime iso={apiKey.created_at} /> ·{" "}
          {apiKey.last_used_at === null ? (
            "never used"
          ) : (
            <>
              last used <RelativeTime iso={apiKey.last_used_at} />
            </>
          )}
          {apiKey.expires_at === null ? (
            " · never expires"
          ) : (
            <>
              {hasExpired ? " · expired " : " · expires "}
              <RelativeTime iso={apiKey.expires_at} isDeadline />
            </>
          )}
        </p>
        <p className="mt-1.5 flex flex-wrap gap-1">
          {apiKey.scopes.map((scope) => (
            <Badge key={scope}>{scope}</Badge>
          ))}
        </p>
      </div>
      {apiKey.revoked_at === null ? (
        <RevokeKey apiKey={apiKey} />
      ) : (
        <Badge tone="warning">
          revoked <RelativeTime iso={apiKey.revoked_at} />
        </Badge>
      )}
    </li>
  );
}

function RevokeKey({ apiKey }: { apiKey: ApiKeyView }) {
  const trpc = useTRPC();
  const [isAsking, setIsAsking] = useState(false);
  const handlersOf = useActionHandlers(trpc.keys.pathKey());
  const revoke = useMutation(trpc.keys.revoke.mutationOptions(handlersOf("Key revoked.")));
  return (
    <>
      <Button variant="destructive" size="sm" onClick={() => setIsAsking(true)}>
        Revoke
      </Button>
      <ActionDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={`Revoke ${apiKey.name}?`}
        description="Requests with this key are refused at once. It cannot be restored."
        confirmLabel="Revoke"
        isDestructive
        reason="none"
        onConfirm={() => revoke.mutate({ api_key_id: apiKey.api_key_id })}
      />
    </>
  );
}
