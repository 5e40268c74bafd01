"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useActionHandlers } from "@/components/common/action-handlers";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";

/** Signed tokens that have not expired; nothing where there are none. */
export function IssuedTokens() {
  const trpc = useTRPC();
  const query = useQuery(trpc.keys.tokens.queryOptions());
  const handlersOf = useActionHandlers(trpc.keys.pathKey());
  const revoke = useMutation(trpc.keys.revokeToken.mutationOptions(handlersOf("Token revoked.")));
  if (query.isError && query.data === undefined) return <QueryError error={query.error} />;
  const tokens = query.data ?? [];
  if (tokens.length === 0) return null;
  return (
    <section aria-labelledby="tokens-title" className="grid gap-3">
      <h2 id="tokens-title" className="text-base font-semibold tracking-tight">
        Issued tokens
      </h2>
      <Card>
        <ul className="divide-y">
          {tokens.map((token) => (
            <li
              key={token.jti}
              className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 text-sm sm:px-5"
            >
              <div className="min-w-0 flex-1 basis-52">
                <p className="font-medium break-all">{token.holder}</p>
                <p className="text-xs text-muted-foreground">
                  {token.kind} · for {token.audience} · by {token.issuedBy} · expires{" "}
                  <RelativeTime iso={token.expiresAt.toISOString()} isDeadline />
                </p>
              </div>
              {token.revokedAt === null ? (
                <Button
                  variant="outline"
                  size="sm"
                  aria-label={`Revoke the token of ${token.holder}`}
                  disabled={revoke.isPending}
                  onClick={() => revoke.mutate({ token_id: token.jti })}
                >
                  Revoke
                </Button>
              ) : (
                <Badge tone="warning">revoked</Badge>
              )}
            </li>
          ))}
        </ul>
      </Card>
    </section>
  );
}
