import { z } from "zod";
import {
  CreateWebhook,
  ListNotifications,
  NOTIFICATION_EVENTS,
  type NotificationDelivery,
  NotificationState,
  WEBHOOK_EVENTS,
  type Webhook,
} from "@/server/contracts";
import { type Answer, type CliCommand, collect } from "../command";
import type { Table } from "../table";

const Id = z.uuid();
const ListOptions = z.object({
  state: z.array(NotificationState).optional(),
  limit: z.coerce.number().int().min(1).max(100),
});

const rowOf = (one: NotificationDelivery) => [
  one.delivery_id,
  NOTIFICATION_EVENTS[one.event].label,
  one.subject.id,
  `${one.channel}:${one.recipient}`,
  one.state,
  one.last_error ?? "",
];
const answerOf = (data: NotificationDelivery | NotificationDelivery[]): Answer => ({
  data,
  lines: [
    {
      columns: ["ID", "EVENT", "SUBJECT ID", "TO", "STATE", "LAST ERROR"],
      rows: [data].flat().map(rowOf),
      empty: "There is no such notification.",
    },
  ],
});

const hooksOf = (hooks: Webhook[]): Table => ({
  columns: ["ID", "NAME", "ADDRESS", "EVENTS"],
  rows: hooks.map((hook) => [hook.webhook_id, hook.name, hook.url, hook.events.join(",")]),
  empty: "There is no webhook.",
});

export function defineNotifications(group: CliCommand): void {
  group
    .command("list")
    .description("the latest notifications, or those of some states")
    .option("--state <states>", NotificationState.options.join(", "), collect)
    .option("--limit <number>", "at most so many", "50")
    .answers("NotificationDelivery[]", async ({ ctx, options }) => {
      const { listDeliveries } = await import("@/server/notify");
      const input = ListNotifications.parse(ListOptions.parse(options));
      return answerOf((await listDeliveries({ ctx, input })).items);
    });
  group
    .command("retry <delivery_id>")
    .description("send a failed or held one again")
    .answers("NotificationDelivery", async ({ ctx, arg }) => {
      const { retryDelivery } = await import("@/server/notify");
      const input = { delivery_id: Id.parse(arg("delivery_id")) };
      return answerOf(await retryDelivery({ ctx, input }));
    });
  group
    .command("test")
    .description("send one over every configured channel (to yourself with --as)")
    .answers("{ is_queued }", async ({ ctx }) => {
      const { sendTestNotification } = await import("@/server/notify");
      await sendTestNotification({ ctx });
      const lines = ["Queued. `notifications list` shows what became of it."];
      return { data: { is_queued: true }, lines };
    });
  defineWebhooks(group);
}

function defineWebhooks(group: CliCommand): void {
  group
    .command("webhooks")
    .description("addresses that events are posted to")
    .answers("Webhook[]", async ({ ctx }) => {
      const { listWebhooks } = await import("@/server/notify");
      const hooks = await listWebhooks({ ctx });
      return { data: hooks, lines: [hooksOf(hooks)] };
    });
  group
    .command("add-webhook")
    .description("have events posted to an address; its secret is shown once")
    .requiredOption("--name <name>", "what it is called here")
    .requiredOption("--url <url>", "where events are posted")
    .requiredOption("--events <events>", WEBHOOK_EVENTS.join(", "), collect)
    .answers("{ webhook: Webhook, secret }", async ({ ctx, options: { name, url, events } }) => {
      const { createWebhook } = await import("@/server/notify");
      const input = CreateWebhook.parse({ name, url, events });
      const created = await createWebhook({ ctx, input });
      const shown = `secret (shown only now): ${created.secret}`;
      return { data: created, lines: [hooksOf([created.webhook]), shown] };
    });
  group
    .command("remove-webhook <webhook_id>")
    .description("post nothing more to it, and delete its secret")
    .answers("Webhook", async ({ ctx, arg }) => {
      const { removeWebhook } = await import("@/server/notify");
      const hook = await removeWebhook({ ctx, input: { webhook_id: Id.parse(arg("webhook_id")) } });
      return { data: hook, lines: [hooksOf([hook])] };
    });
}
