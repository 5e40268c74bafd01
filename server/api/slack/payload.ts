import { z } from "zod";
import { RejectRequest, SuggestionId } from "@/server/contracts";
import { REJECT_FORM } from "@/server/notify";
import { AppError } from "@/server/platform";

const User = z.object({ id: z.string().min(1).max(100) });

/** What Slack sends when a button is pressed or a form sent; of all its fields, those that we read. */
const Interaction = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("block_actions"),
    user: User,
    trigger_id: z.string().optional(),
    channel: z.object({ id: z.string() }).optional(),
    actions: z.array(z.object({ action_id: z.string(), value: z.string().max(2000).optional() })),
  }),
  z.object({
    type: z.literal("view_submission"),
    user: User,
    view: z.object({
      callback_id: z.string(),
      private_metadata: z.string().max(3000),
      state: z.object({
        values: z.record(
          z.string(),
          z.record(
            z.string(),
            z.object({
              value: z.string().nullish(),
              selected_option: z.object({ value: z.string() }).nullish(),
            }),
          ),
        ),
      }),
    }),
  }),
]);
export type Interaction = z.infer<typeof Interaction>;

/** What our buttons carry. */
const Carried = z.object({
  suggestion_id: SuggestionId,
  revision: z.number().int().nonnegative(),
});
export type Carried = z.infer<typeof Carried>;

function parseText<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError("invalid_input", "The request cannot be read.", { cause });
  }
}

/** The interaction in the body of a request; null for one of another kind. Throws `invalid_input`. */
export function readInteraction(body: string): Interaction | null {
  const payload = new URLSearchParams(body).get("payload");
  if (payload === null) throw new AppError("invalid_input", "The request has no payload.");
  const { type } = parseText(z.looseObject({ type: z.string() }), payload);
  if (type !== "block_actions" && type !== "view_submission") return null;
  return parseText(Interaction, payload);
}

export const readCarried = (text: string): Carried => parseText(Carried, text);

/** The reason that was chosen and typed into the form. Throws `invalid_input` for one without a name of ours. */
export function reasonOf({ view }: Extract<Interaction, { type: "view_submission" }>) {
  const { values } = view.state;
  const chosen = values[REJECT_FORM.whyBlock]?.[REJECT_FORM.whyAction]?.selected_option?.value;
  const reason = values[REJECT_FORM.block]?.[REJECT_FORM.action]?.value?.trim() ?? "";
  const parsed = RejectRequest.safeParse({ reason_code: chosen, reason });
  if (!parsed.success) throw new AppError("invalid_input", "The reason cannot be read.");
  return parsed.data;
}
