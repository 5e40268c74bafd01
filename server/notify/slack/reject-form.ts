import type { ModalView } from "@slack/web-api";
import { REJECT_REASON_CODES, REJECT_REASONS, type RejectReason } from "@/server/contracts";

const REASON_LENGTH_MAX = 2000;

/** Names in the form, as Slack tells them back. */
export const REJECT_FORM = {
  callback: "suggestion_reject_form",
  block: "reason",
  action: "reason_text",
  whyBlock: "why",
  whyAction: "why_code",
} as const;

const optionOf = (value: RejectReason) => ({
  ...{ value, text: { type: "plain_text" as const, text: REJECT_REASONS[value] } },
});

/** The form that asks why: nothing is rejected without a reason, named or in words. `value`: what the button carried. */
export function rejectForm(value: string): ModalView {
  return {
    type: "modal",
    callback_id: REJECT_FORM.callback,
    private_metadata: value,
    title: { type: "plain_text", text: "Reject suggestion" },
    submit: { type: "plain_text", text: "Reject" },
    close: { type: "plain_text", text: "Cancel" },
    blocks: [
      {
        ...{ type: "input", block_id: REJECT_FORM.whyBlock },
        label: { type: "plain_text", text: "Why" },
        element: {
          ...{ type: "static_select", action_id: REJECT_FORM.whyAction },
          ...{ options: REJECT_REASON_CODES.map(optionOf), initial_option: optionOf("other") },
        },
      },
      {
        ...{ type: "input", block_id: REJECT_FORM.block, optional: true },
        label: { type: "plain_text", text: "In your words" },
        element: {
          ...{ type: "plain_text_input", action_id: REJECT_FORM.action, multiline: true },
          max_length: REASON_LENGTH_MAX,
        },
      },
    ],
  };
}
