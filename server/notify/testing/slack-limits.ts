import { z } from "zod";

/** Published limits: https://docs.slack.dev/reference/block-kit and /reference/views */
const text = (types: readonly string[], max: number) =>
  z.strictObject({
    type: z.enum(types as [string, ...string[]]),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });
const plain = (max: number) => text(["plain_text"], max);

const Confirm = z.strictObject({
  title: plain(100),
  text: text(["plain_text", "mrkdwn"], 300),
  confirm: plain(30),
  deny: plain(30),
});

const Button = z.strictObject({
  type: z.literal("button"),
  text: plain(75),
  action_id: z.string().min(1).max(255),
  value: z.string().max(2000).optional(),
  url: z.url().max(3000).optional(),
  style: z.enum(["primary", "danger"]).optional(),
  confirm: Confirm.optional(),
});

const Option = z.strictObject({ text: plain(75), value: z.string().min(1).max(150) });

const Block = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("header"), text: plain(150) }),
  z.strictObject({ type: z.literal("section"), text: text(["plain_text", "mrkdwn"], 3000) }),
  z.strictObject({
    type: z.literal("context"),
    elements: z.array(text(["plain_text", "mrkdwn"], 3000)).max(10),
  }),
  z.strictObject({
    type: z.literal("actions"),
    elements: z
      .array(Button)
      .min(1)
      .max(25)
      .refine(
        (buttons) => new Set(buttons.map(({ action_id }) => action_id)).size === buttons.length,
        "action ids of a block must differ",
      ),
  }),
  z.strictObject({
    type: z.literal("input"),
    block_id: z.string().max(255),
    label: plain(2000),
    optional: z.boolean().optional(),
    element: z.discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("plain_text_input"),
        action_id: z.string().max(255),
        multiline: z.boolean().optional(),
        min_length: z.number().int().min(0).max(3000).optional(),
        max_length: z.number().int().min(1).max(3000).optional(),
      }),
      z.strictObject({
        type: z.literal("static_select"),
        action_id: z.string().max(255),
        options: z.array(Option).min(1).max(100),
        initial_option: Option.optional(),
      }),
    ]),
  }),
]);

const View = z.strictObject({
  type: z.literal("modal"),
  callback_id: z.string().max(255),
  private_metadata: z.string().max(3000),
  title: plain(24),
  submit: plain(24),
  close: plain(24),
  blocks: z.array(Block).max(100),
});

function faultOf(schema: z.ZodType, json: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return "not JSON";
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? null : z.prettifyError(parsed.error);
}

/** What Slack would refuse of a message's blocks; null: nothing. */
export const findBlockFault = (json: string): string | null =>
  faultOf(z.array(Block).max(50), json);

/** What Slack would refuse of a form; null: nothing. */
export const findViewFault = (json: string): string | null => faultOf(View, json);
