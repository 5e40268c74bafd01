import type { Command } from "commander";
import {
  type Conversation,
  type ConversationDetail,
  ConversationState,
  DeliveryStatus,
  type Directory,
  ListConversations,
  ListMessages,
  type MessagePage,
  type PeerOverview,
  type StoredMessage,
  type StoredMessageDetail,
} from "@/server/contracts";
import { getConversation, listConversations } from "@/server/conversations";
import { formatInstant, formatMs, formatPlural } from "@/server/format";
import {
  type DecidedMessage,
  discardMessage,
  getMessage,
  listMessages,
  readPeers,
  refuseMessage,
  releaseMessage,
  replayMessage,
} from "@/server/messaging";
import { getDirectory } from "@/server/registry";
import { type Answer, answer, collect, table } from "../command";

const LIMIT = "50";

/** `list` is what the group does when nothing else is asked for. */
const listCommand = (group: Command, description: string) =>
  group.command("list", { isDefault: true }).description(description);

export function addAgentCommands(group: Command): void {
  listCommand(group, "agents of the directory, and how deliveries to each do").action(
    (_, command: Command) =>
      answer(command, async (ctx) => {
        const [directory, overview] = await Promise.all([
          getDirectory({ ctx }),
          readPeers({ ctx }),
        ]);
        return answerAgents(directory, overview);
      }),
  );
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
  return { data: { directory, ...overview }, lines: [head, ...table(rows)] };
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
  return {
    data: one,
    lines: [
      `${one.conversation_id}  ${one.kind}  ${one.state}  ${one.title}`,
      one.status_note,
      ...one.parties.map(
        ({ agent_id, state, reasons }) => `  ${agent_id}  ${state}  ${reasons.join(" ")}`,
      ),
      ...table(
        one.steps.map(({ at, from, to, label, record_id }) => [
          `  ${at}`,
          from.id,
          "->",
          to.id,
          label,
          record_id ?? "",
        ]),
      ),
    ].filter((line) => line !== ""),
  };
}

export function addConversationCommands(group: Command): void {
  listCommand(group, "newest first")
    .option("--state <states>", ConversationState.options.join(", "), collect, [])
    .option("--limit <number>", "at most so many", LIMIT)
    .action((options: { state: string[]; limit: string }, command: Command) =>
      answer(command, async (ctx) => {
        const state = options.state.length > 0 ? { state: options.state } : {};
        const input = ListConversations.parse({ ...state, limit: Number(options.limit) });
        const page = await listConversations({ ctx, input });
        return { data: page, lines: table(page.items.map(rowOfConversation)) };
      }),
    );
  group
    .command("show <conversation_id>")
    .description("its answers, and its steps in order")
    .action((conversation_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerConversation(await getConversation({ ctx, input: { conversation_id } })),
      ),
    );
}

const rowOfMessage = (one: StoredMessage) => [
  one.record_id,
  one.direction === "outbound" ? `to ${one.recipient.agent_id}` : `from ${one.sender.agent_id}`,
  one.message_type,
  one.dead_reason === null ? one.delivery_status : `${one.delivery_status}, ${one.dead_reason}`,
  formatPlural(one.attempts, "attempt"),
  one.last_error ?? "",
];
const answerMessages = (page: MessagePage): Answer => ({
  data: page,
  lines: table(page.items.map(rowOfMessage)),
});

function answerMessage(one: StoredMessageDetail): Answer {
  const key = one.key_id === null ? "" : `, key ${one.key_id}`;
  const lines = [
    ...table([rowOfMessage(one)]),
    `  signature: ${one.signature}${key}; via ${one.via ?? "nothing yet"}; expires ${one.expires_at}`,
    ...(one.screening?.is_suspect ? ["  possible prompt injection: read it with care"] : []),
    ...one.suspect_passages.map(({ place, text }) => `  ${place}  ${JSON.stringify(text)}`),
    ...(one.released_by === null ? [] : [`  released by ${one.released_by} at ${one.released_at}`]),
    JSON.stringify(one.envelope, null, 2),
  ];
  return { data: one, lines };
}

const answerDecided = (decided: DecidedMessage): Answer => ({
  data: decided,
  lines: [`${decided.record_id}  ${decided.delivery_status}`],
});

export function addMessageCommands(group: Command): void {
  listCommand(group, "the latest messages, or those of some states or of one conversation")
    .option("--state <states>", DeliveryStatus.options.join(", "), collect, [])
    .option("--conversation <id>", "only of this conversation")
    .option("--limit <number>", "at most so many", LIMIT)
    .action(
      (options: { state: string[]; conversation?: string; limit: string }, command: Command) =>
        answer(command, async (ctx) => {
          const input = ListMessages.parse({
            ...(options.state.length > 0 ? { delivery_status: options.state } : {}),
            conversation_id: options.conversation,
            limit: Number(options.limit),
          });
          const page = await listMessages({ ctx, input });
          return answerMessages(page);
        }),
    );
  group
    .command("show <record_id>")
    .description("one message with its envelope")
    .action((record_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerMessage(await getMessage({ ctx, input: { record_id } })),
      ),
    );
  addQuarantineCommands(group);
}

function addQuarantineCommands(group: Command): void {
  group
    .command("release <record_id>")
    .description("handle a suspect message after all, as if it had arrived now")
    .action((record_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerDecided(await releaseMessage({ ctx, input: { record_id } })),
      ),
    );
  group
    .command("refuse <record_id>")
    .description("give a suspect message up for good; its sender is told the reason")
    .requiredOption("--reason <text>", "why; told to the sender, and kept in the audit trail")
    .action((record_id: string, { reason }: { reason: string }, command: Command) =>
      answer(command, async (ctx) =>
        answerDecided(await refuseMessage({ ctx, input: { record_id, reason } })),
      ),
    );
}

export function addDeadLetterCommands(group: Command): void {
  listCommand(group, "messages that were given up, the latest first")
    .option("--limit <number>", "at most so many", LIMIT)
    .action((options: { limit: string }, command: Command) =>
      answer(command, async (ctx) => {
        const limit = Number(options.limit);
        const input = ListMessages.parse({ delivery_status: ["dead"], limit });
        const page = await listMessages({ ctx, input });
        return answerMessages(page);
      }),
    );
  group
    .command("replay <record_id>")
    .description("send, or handle, a dead message once more")
    .action((record_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerDecided(await replayMessage({ ctx, input: { record_id } })),
      ),
    );
  group
    .command("discard <record_id>")
    .description("give a dead message up for good; the audit trail keeps it")
    .action((record_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerDecided(await discardMessage({ ctx, input: { record_id } })),
      ),
    );
}
