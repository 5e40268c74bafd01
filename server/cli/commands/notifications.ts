import type { Command } from "commander";
import { z } from "zod";
import {
  CHOSEN_EVENTS,
  CreateWebhook,
  ListNotifications,
  NOTIFICATION_EVENTS,
  type NotificationDelivery,
  NotificationState,
  type Webhook,
} from "@/server/contracts";
import {
  createWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  retryDelivery,
  sendTestNotification,
} from "@/server/notify";
import { type Answer, answer, collect, table } from "../command";

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
const answerOf = (deliveries: NotificationDelivery[]): Answer => ({
  data: deliveries,
  lines: table(deliveries.map(rowOf)),
});

const hookRowOf = (hook: Webhook) => [hook.webhook_id, hook.name, hook.url, hook.events.join(",")];
const hooksOf = (hooks: Webhook[]): Answer => ({ data: hooks, lines: table(hooks.map(hookRowOf)) });

export function addNotificationCommands(group: Command): void {
  group
    .command("list")
    .description("the latest notifications, or those of some states")
    .option("--state <states>", NotificationState.options.join(", "), collect, [])
    .option("--limit <number>", "at most so many", "50")
    .action((given: { state: string[]; limit: string }, command: Command) =>
      answer(command, async (ctx) => {
        const { state, limit } = given;
        const options = ListOptions.parse({ limit, ...(state.length > 0 ? { state } : {}) });
        const input = ListNotifications.parse(options);
        return answerOf((await listDeliveries({ ctx, input })).items);
      }),
    );
  group
    .command("retry <id>")
    .description("send a failed or held one again")
    .action((id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf([await retryDelivery({ ctx, input: { delivery_id: Id.parse(id) } })]),
      ),
    );
  group
    .command("test")
    .description("send one over every configured channel (to yourself with --as)")
    .action((_, command: Command) =>
      answer(command, async (ctx) => {
        await sendTestNotification({ ctx });
        const lines = ["Queued. `notifications list` shows what became of it."];
        return { data: { is_queued: true }, lines };
      }),
    );
  addWebhookCommands(group);
}

function addWebhookCommands(group: Command): void {
  group
    .command("webhooks")
    .description("addresses that events are posted to")
    .action((_, command: Command) =>
      answer(command, async (ctx) => hooksOf(await listWebhooks({ ctx }))),
    );
  group
    .command("add-webhook")
    .description("have events posted to an address; its secret is shown once")
    .requiredOption("--name <name>")
    .requiredOption("--url <url>")
    .requiredOption("--events <events>", CHOSEN_EVENTS.join(", "), collect, [])
    .action((given: unknown, command: Command) =>
      answer(command, async (ctx) => {
        const created = await createWebhook({ ctx, input: CreateWebhook.parse(given) });
        const shown = `secret (shown only now): ${created.secret}`;
        return { data: created, lines: [...table([hookRowOf(created.webhook)]), shown] };
      }),
    );
  group
    .command("remove-webhook <id>")
    .description("post nothing more to it, and delete its secret")
    .action((id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        hooksOf([await removeWebhook({ ctx, input: { webhook_id: Id.parse(id) } })]),
      ),
    );
}
