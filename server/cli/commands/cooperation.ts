import { z } from "zod";
import {
  type Conversation,
  type ConversationDetail,
  ConversationState,
  type Directory,
  ListConversations,
  type PeerOverview,
} from "@/server/contracts";
import { formatInstant, formatMs, formatPlural } from "@/server/format";
import { type Answer, type CliCommand, collect } from "../command";
import type { Table } from "../table";

export function defineAgents(group: CliCommand): void {
  group
    .command("list", { isDefault: true })
    .description("agents of the directory, and how deliveries to each do")
    .answers("PeerOverview with directory: Directory", async ({ ctx }) => {
      const [{ getDirectory }, { readPeers }] = await Promise.all([
        import("@/server/registry"),
        import("@/server/messaging"),
      ]);
      const [directory, overview] = await Promise.all([getDirectory({ ctx }), readPeers({ ctx })]);
      return answerAgents(directory, overview);
    });
}

function answerAgents(directory: Directory, overview: PeerOverview): Answer {
  const { registry_url, refreshed_at, is_registry_reachable, error } = directory;
  const age = refreshed_at === null ? "never fetched" : `of ${formatInstant(refreshed_at)}`;
  const registry = is_registry_reachable ? "answers" : `does not answer (${error ?? "no reason"})`;
  const rows = directory.agents.map((agent) => {
    const peer = overview.peers.find(({ agent_id }) => agent_id === agent.agent_id);
    const isOwn = agent.agent_id === overview.own_agent_id;
    return [
      agent.domain,
      agent.agent_id,
      isOwn ? `${agent.status}, this sidecar` : agent.status,
      isOwn ? "" : describePeer(peer),
      agent.capabilities.join(","),
    ];
  });
  const head =
    registry_url === null
      ? "No registry is set (MCP_REGISTRY_URL)."
      : `Registry ${registry_url} ${registry}; directory ${age}.`;
  return {
    data: { directory, ...overview },
    lines: [
      head,
      {
        columns: ["DOMAIN", "AGENT ID", "STATUS", "DELIVERIES", "CAPABILITIES"],
        rows,
        empty: "No agent is known.",
      },
    ],
  };
}

function describePeer(peer: PeerOverview["peers"][number] | undefined): string {
  if (peer === undefined) return "no contact yet";
  const { waiting, lag_ms, delivery_ms_p95, open_until, failures } = peer;
  return [
    `${waiting} waiting${lag_ms === null ? "" : `, oldest ${formatMs(lag_ms)}`}`,
    ...(delivery_ms_p95 === null ? [] : [`p95 ${formatMs(delivery_ms_p95)}`]),
    ...(open_until === null ? [] : [`circuit open until ${formatInstant(open_until)}`]),
    ...(failures === 0 ? [] : [formatPlural(failures, "failure")]),
  ].join(", ");
}

const rowOfConversation = (one: Conversation) => [
  one.conversation_id,
  one.kind,
  one.state,
  one.role,
  one.title,
];

function answerConversation(one: ConversationDetail): Answer {
  const head = [`${one.conversation_id}  ${one.kind}  ${one.state}  ${one.title}`, one.status_note];
  const parties = one.parties.map(
    ({ agent_id, state, reasons }) => `  ${agent_id}  ${state}  ${reasons.join(" ")}`,
  );
  const steps: Table = {
    columns: ["AT", "FROM", "TO", "STEP", "MESSAGE ID"],
    rows: one.steps.map(({ at, from, to, label, record_id }) => [
      formatInstant(at),
      from.id,
      to.id,
      label,
      record_id ?? "",
    ]),
    empty: "It has no steps yet.",
  };
  return { data: one, lines: [...[...head, ...parties].filter((line) => line !== ""), steps] };
}

const ListOptions = z
  .object({ state: z.array(z.string()).optional(), limit: z.coerce.number() })
  .transform((options) => ListConversations.parse(options));

export function defineConversations(group: CliCommand): void {
  group
    .command("list", { isDefault: true })
    .description("newest first")
    .option("--state <states>", ConversationState.options.join(", "), collect)
    .option("--limit <number>", "at most so many", "50")
    .answers("ConversationPage", async ({ ctx, options }) => {
      const { listConversations } = await import("@/server/conversations");
      const page = await listConversations({ ctx, input: ListOptions.parse(options) });
      const columns = ["ID", "KIND", "STATE", "ROLE", "TITLE"];
      const rows = page.items.map(rowOfConversation);
      return { data: page, lines: [{ columns, rows, empty: "There is no such conversation." }] };
    });
  group
    .command("show <conversation_id>")
    .description("its answers, and its steps in order")
    .answers("ConversationDetail", async ({ ctx, arg }) => {
      const { getConversation } = await import("@/server/conversations");
      const input = { conversation_id: arg("conversation_id") };
      return answerConversation(await getConversation({ ctx, input }));
    });
}
