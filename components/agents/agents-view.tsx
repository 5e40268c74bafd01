"use client";
import { useQuery } from "@tanstack/react-query";
import { Empty, PageTitle } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useTRPC } from "@/components/trpc/client";
import { Card } from "@/components/ui/card";
import type { Directory, PeerOverview } from "@/server/contracts";
import { AgentRow } from "./agent-row";
import { DirectoryNotice } from "./directory-notice";

const REFETCH_MS = 10_000;

/** Whom this sidecar can talk to, by domain, and how deliveries to each do. */
export function AgentsView() {
  const trpc = useTRPC();
  const options = { refetchInterval: REFETCH_MS };
  const directory = useQuery(trpc.agents.directory.queryOptions(undefined, options));
  const peers = useQuery(trpc.agents.peers.queryOptions(undefined, options));
  if (directory.isPending || peers.isPending) return <RowsSkeleton />;
  const failed = [directory, peers].find(({ data }) => data === undefined);
  if (failed !== undefined || directory.data === undefined || peers.data === undefined) {
    return <QueryError error={failed?.error} onRetry={() => void failed?.refetch()} />;
  }
  return (
    <>
      <PageTitle
        title="Agents"
        lead="Sidecars of other data products, by domain, as the registry lists them."
      />
      <AgentsBody directory={directory.data} overview={peers.data} />
    </>
  );
}

function AgentsBody({ directory, overview }: { directory: Directory; overview: PeerOverview }) {
  if (directory.registry_url === null) return <NoRegistry agentId={overview.own_agent_id} />;
  const domains = [...new Set(directory.agents.map(({ domain }) => domain))].sort();
  return (
    <div className="grid gap-6">
      <DirectoryNotice directory={directory} />
      {domains.length === 0 ? (
        <Empty title="No agents yet">
          <p>Nobody has registered, or the directory has never been fetched.</p>
        </Empty>
      ) : null}
      {domains.map((domain) => (
        <section key={domain} aria-labelledby={`domain-${domain}`} className="grid gap-2">
          <h2 id={`domain-${domain}`} className="text-sm font-semibold">
            {domain}
          </h2>
          <Card className="overflow-hidden">
            <ul className="divide-y">
              {directory.agents
                .filter((agent) => agent.domain === domain)
                .map((agent) => (
                  <AgentRow key={agent.agent_id} agent={agent} overview={overview} />
                ))}
            </ul>
          </Card>
        </section>
      ))}
    </div>
  );
}

/** How to join, in the order in which it is done. */
function NoRegistry({ agentId }: { agentId: string }) {
  return (
    <Empty title="This sidecar has not joined a registry">
      <ol className="grid list-decimal gap-2 pl-5 text-left">
        <li>
          On the machine of the registry, enrol this agent:{" "}
          <code className="break-all">
            npx sidecar registry enrol --agent {agentId} --product &lt;id&gt; --domain &lt;name&gt;
          </code>
          . It prints a token that works once.
        </li>
        <li>
          Start this sidecar with <code>MCP_REGISTRY_URL</code> (the registry&apos;s address) and{" "}
          <code>MCP_REGISTRY_TOKEN</code> (that token).
        </li>
      </ol>
    </Empty>
  );
}
