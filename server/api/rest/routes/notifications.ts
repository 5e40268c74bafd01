import { z } from "zod";
import {
  CreatedWebhook,
  CreateWebhook,
  ListNotifications,
  NotificationDelivery,
  NotificationPage,
  Webhook,
} from "@/server/contracts";
import {
  createWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  retryDelivery,
} from "@/server/notify";
import { answer, defineRoute, jsonBody } from "../define-route";
import { NotificationParams, NotificationsQuery } from "../parameters";

export const listNotificationsRoute = defineRoute(
  {
    method: "get",
    path: "/agent/notifications",
    operationId: "listNotifications",
    tags: ["Notifications"],
    summary: "List notifications on their way to people and webhooks",
    description:
      "One row a recipient, newest first. `failed` was given up and says why; `held` waits for its channel " +
      "to be configured. Either can be sent again.",
    permission: "notification.manage",
    request: { query: NotificationsQuery },
    responses: { 200: answer("One page.", NotificationPage) },
  },
  async (c) => {
    const { state, ...rest } = c.req.valid("query");
    const input = ListNotifications.parse({ ...(state?.length ? { state } : {}), ...rest });
    return c.json(await listDeliveries({ ctx: c.var.ctx, input }), 200);
  },
);

/** Nothing is said but which: fields that it does not know are refused, as everywhere. */
const RetryNotification = z.strictObject({}).meta({ id: "RetryNotification" });
const RemoveWebhook = z.strictObject({}).meta({ id: "RemoveWebhook" });

export const retryNotificationRoute = defineRoute(
  {
    method: "post",
    path: "/agent/notifications/{id}/retry",
    operationId: "retryNotification",
    tags: ["Notifications"],
    summary: "Send a failed or held notification again",
    description: "By the id of its delivery, with all attempts.",
    permission: "notification.manage",
    request: { params: NotificationParams, body: jsonBody(RetryNotification, true) },
    responses: { 200: answer("Its new state.", NotificationDelivery) },
    errors: ["not_found", "conflict", "not_executable"],
  },
  async (c) => {
    const { id: delivery_id } = c.req.valid("param");
    return c.json(await retryDelivery({ ctx: c.var.ctx, input: { delivery_id } }), 200);
  },
);

export const listWebhooksRoute = defineRoute(
  {
    method: "get",
    path: "/agent/webhooks",
    operationId: "listWebhooks",
    tags: ["Notifications"],
    summary: "List webhooks",
    description: "By name, without their secrets.",
    permission: "notification.manage",
    responses: {
      200: answer("Webhooks.", z.object({ items: z.array(Webhook) }).meta({ id: "WebhookList" })),
    },
  },
  async (c) => c.json({ items: await listWebhooks({ ctx: c.var.ctx }) }, 200),
);

export const createWebhookRoute = defineRoute(
  {
    method: "post",
    path: "/agent/webhooks",
    operationId: "createWebhook",
    tags: ["Notifications"],
    summary: "Have events posted to an address",
    description:
      "Requests are signed by the Standard Webhooks specification. The secret is in this answer and in no " +
      "other. In production the address must be https and lead to the public internet.",
    permission: "notification.manage",
    request: { body: jsonBody(CreateWebhook) },
    responses: { 201: answer("The webhook, with its secret.", CreatedWebhook) },
    errors: ["not_executable"],
  },
  async (c) => c.json(await createWebhook({ ctx: c.var.ctx, input: c.req.valid("json") }), 201),
);

export const removeWebhookRoute = defineRoute(
  {
    method: "post",
    path: "/agent/webhooks/{id}/remove",
    operationId: "removeWebhook",
    tags: ["Notifications"],
    summary: "Remove a webhook with its secret",
    description: "What waits for it is skipped.",
    permission: "notification.manage",
    request: { params: NotificationParams, body: jsonBody(RemoveWebhook, true) },
    responses: { 200: answer("The webhook that was.", Webhook) },
    errors: ["not_found"],
  },
  async (c) => {
    const { id: webhook_id } = c.req.valid("param");
    return c.json(await removeWebhook({ ctx: c.var.ctx, input: { webhook_id } }), 200);
  },
);
