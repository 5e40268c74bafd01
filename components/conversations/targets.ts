import type { ConversationTarget, RegisteredAgent } from "@/server/contracts";

/** Whom a conversation can be started with: each other domain as a whole, then each other agent. */
export function listTargets(
  agents: readonly RegisteredAgent[],
  ownAgentId: string | null,
): { label: string; target: ConversationTarget }[] {
  const others = agents.filter(
    ({ agent_id, status }) => agent_id !== ownAgentId && status !== "gone",
  );
  const domains = [...new Set(others.map(({ domain }) => domain))].sort();
  return [
    ...domains.map((domain) => ({ label: `Domain ${domain}`, target: { domain } })),
    ...others.map(({ agent_id, domain }) => ({
      label: `Agent ${agent_id} (${domain})`,
      target: { agent_id },
    })),
  ];
}
