import type { ModalView } from "@slack/web-api";

const REASON_LENGTH_MAX = 2000;

/** Names in the form, as Slack tells them back. */
export const REJECT_FORM = {
  callback: "suggestion_reject_form",
  block: "reason",
  action: "reason_text",
} as const;

/** The form that asks why: nothing is rejected without a reason. `value`: what the button carried. */
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
        ...{ type: "input", block_id: REJECT_FORM.block },
        label: { type: "plain_text", text: "Reason" },
        element: {
          ...{ type: "plain_text_input", action_id: REJECT_FORM.action, multiline: true },
          ...{ min_length: 1, max_length: REASON_LENGTH_MAX },
        },
      },
    ],
  };
}
