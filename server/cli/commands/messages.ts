import { z } from "zod";
import {
  DeliveryStatus,
  ListMessages,
  type MessagePage,
  type StoredMessage,
  type StoredMessageDetail,
} from "@/server/contracts";
import type { DecidedMessage } from "@/server/messaging";
import { type Answer, type CliCommand, collect } from "../command";
import type { Table } from "../table";

const rowOfMessage = (one: StoredMessage) => [
  one.record_id,
  one.direction === "outbound" ? `to ${one.recipient.agent_id}` : `from ${one.sender.agent_id}`,
  one.message_type,
  one.dead_reason === null ? one.delivery_status : `${one.delivery_status}, ${one.dead_reason}`,
  String(one.attempts),
  one.last_error ?? "",
];
const tableOf = (messages: StoredMessage[]): Table => ({
  columns: ["ID", "WITH", "TYPE", "STATUS", "ATTEMPTS", "LAST ERROR"],
  rows: messages.map(rowOfMessage),
  empty: "There is no such message.",
});
const answerMessages = (page: MessagePage): Answer => ({
  data: page,
  lines: [tableOf(page.items)],
});

function answerMessage(one: StoredMessageDetail): Answer {
  const key = one.key_id === null ? "" : `, key ${one.key_id}`;
  const lines = [
    tableOf([one]),
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

const ListOptions = z
  .object({
    state: z.array(DeliveryStatus).optional(),
    conversation: z.string().optional(),
    limit: z.coerce.number(),
  })
  .transform(({ state, conversation, limit }) =>
    ListMessages.parse({ delivery_status: state, conversation_id: conversation, limit }),
  );

export function defineMessages(group: CliCommand): void {
  group
    .command("list", { isDefault: true })
    .description("the latest messages, or those of some states or of one conversation")
    .option("--state <states>", DeliveryStatus.options.join(", "), collect)
    .option("--conversation <id>", "only of this conversation")
    .option("--limit <number>", "at most so many", "50")
    .answers("MessagePage", async ({ ctx, options }) => {
      const { listMessages } = await import("@/server/messaging");
      return answerMessages(await listMessages({ ctx, input: ListOptions.parse(options) }));
    });
  group
    .command("show <record_id>")
    .description("one message with its envelope")
    .answers("StoredMessageDetail", async ({ ctx, arg }) => {
      const { getMessage } = await import("@/server/messaging");
      return answerMessage(await getMessage({ ctx, input: { record_id: arg("record_id") } }));
    });
  group
    .command("release <record_id>")
    .description("handle a suspect message after all, as if it had arrived now")
    .answers("{ record_id, delivery_status }", async ({ ctx, arg }) => {
      const { releaseMessage } = await import("@/server/messaging");
      return answerDecided(await releaseMessage({ ctx, input: { record_id: arg("record_id") } }));
    });
  group
    .command("refuse <record_id>")
    .description("give a suspect message up for good; its sender is told the reason")
    .requiredOption("--reason <text>", "why; told to the sender, and kept in the audit trail")
    .answers("{ record_id, delivery_status }", async ({ ctx, arg, options }) => {
      const { refuseMessage } = await import("@/server/messaging");
      const input = { record_id: arg("record_id"), reason: String(options.reason) };
      return answerDecided(await refuseMessage({ ctx, input }));
    });
}

export function defineDeadLetters(group: CliCommand): void {
  group
    .command("list", { isDefault: true })
    .description("messages that were given up, the latest first")
    .option("--limit <number>", "at most so many", "50")
    .answers("MessagePage", async ({ ctx, options }) => {
      const { listMessages } = await import("@/server/messaging");
      const limit = Number(options.limit);
      const input = ListMessages.parse({ delivery_status: ["dead"], limit });
      return answerMessages(await listMessages({ ctx, input }));
    });
  group
    .command("replay <record_id>")
    .description("send, or handle, a dead message once more")
    .answers("{ record_id, delivery_status }", async ({ ctx, arg }) => {
      const { replayMessage } = await import("@/server/messaging");
      return answerDecided(await replayMessage({ ctx, input: { record_id: arg("record_id") } }));
    });
  group
    .command("discard <record_id>")
    .description("give a dead message up for good; the audit trail keeps it")
    .answers("{ record_id, delivery_status }", async ({ ctx, arg }) => {
      const { discardMessage } = await import("@/server/messaging");
      return answerDecided(await discardMessage({ ctx, input: { record_id: arg("record_id") } }));
    });
}
