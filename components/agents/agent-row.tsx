import { RelativeTime } from "@/components/common/clock";
import { Badge, type Tone } from "@/components/ui/badge";
import type { AgentStatus, PeerOverview, PeerState, RegisteredAgent } from "@/server/contracts";
import { formatCount, formatMs, formatPlural } from "@/server/format";

const STATUSES: Record<AgentStatus, Tone> = {
  online: "positive",
  offline: "warning",
  gone: "neutral",
};

/** One agent: who it is, whether it lives, and how messages reach it. */
export function AgentRow(props: { agent: RegisteredAgent; overview: PeerOverview }) {
  const { agent, overview } = props;
  const isOwn = agent.agent_id === overview.own_agent_id;
  const peer = overview.peers.find(({ agent_id }) => agent_id === agent.agent_id);
  return (
    <li className="grid gap-x-6 gap-y-2 px-4 py-3.5 sm:grid-cols-[1fr_auto] sm:px-5">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium break-all">{agent.agent_id}</span>
          <Badge tone={STATUSES[agent.status]}>{agent.status}</Badge>
          {isOwn ? <Badge tone="info">this sidecar</Badge> : null}
          {peer === undefined ? null : <CircuitBadge peer={peer} />}
        </p>
        <p className="mt-1 text-xs break-all text-muted-foreground">
          {agent.product_id}, {agent.url}
        </p>
        <p className="mt-1.5 flex flex-wrap gap-1.5">
          {agent.capabilities.map((capability) => (
            <Badge key={capability}>{capability.replaceAll("_", " ")}</Badge>
          ))}
        </p>
      </div>
      <div className="grid content-start gap-1 text-xs text-muted-foreground sm:text-right">
        <span>
          last seen <RelativeTime iso={agent.last_seen_at} />
        </span>
        {isOwn ? null : (
          <>
            <span>
              {peer?.last_contact_at == null ? (
                "no contact yet"
              ) : (
                <>
                  last contact <RelativeTime iso={peer.last_contact_at} />
                </>
              )}
            </span>
            <span>{describeLag(peer)}</span>
          </>
        )}
      </div>
    </li>
  );
}

/** Whether messages are sent to it now. */
function CircuitBadge({ peer: { failures, open_until, last_error } }: { peer: PeerState }) {
  if (open_until !== null) {
    return (
      <Badge tone="negative" title={last_error ?? undefined}>
        circuit open
      </Badge>
    );
  }
  if (failures === 0) return null;
  return (
    <Badge tone="warning" title={last_error ?? undefined}>
      {formatPlural(failures, "failed delivery", "failed deliveries")}
    </Badge>
  );
}

function describeLag(peer: PeerState | undefined): string {
  const count = peer?.waiting ?? 0;
  const lagMs = peer?.lag_ms ?? null;
  const oldest = lagMs === null ? "" : ` (oldest ${formatMs(lagMs)})`;
  const waiting = count === 0 ? "nothing waits" : `${formatCount(count)} waiting${oldest}`;
  const p95 = peer?.delivery_ms_p95 ?? null;
  return p95 === null ? waiting : `${waiting}, delivery p95 ${formatMs(p95)}`;
}
