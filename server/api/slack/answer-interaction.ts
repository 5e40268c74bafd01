import { type Actor, type ErrorCode, PROBLEMS } from "@/server/contracts";
import { approveSuggestion, rejectSuggestion } from "@/server/decisions";
import {
  findSlackPerson,
  REJECT_FORM,
  rejectForm,
  SLACK_ACTIONS,
  type SlackClient,
  suggestionUrl,
  toSlackError,
} from "@/server/notify";
import { AppError, contextFor, newId, type Root } from "@/server/platform";
import { type Carried, type Interaction, readCarried, reasonOf } from "./payload";

type Press = Extract<Interaction, { type: "block_actions" }>;
type Submission = Extract<Interaction, { type: "view_submission" }>;

/** What Slack is answered: nothing, or the fault of a form. */
export type InteractionAnswer = {
  response_action: "errors";
  errors: Record<string, string>;
} | null;

interface Services {
  root: Root;
  slack: SlackClient;
}

const contextOf = (root: Root, actor: Actor) => contextFor(root, actor, `slack-${newId("req")}`);

/** What is said to whoever pressed, where it is said in other words than to a program. */
const SAID: Partial<Record<ErrorCode, string>> = {
  acknowledgement_needed:
    "The policy asks whoever decides alone to state it. Approve it on the page.",
  coverage_too_low: "Too little of the workload was replayed. Approve it on the page.",
  not_found: "This suggestion does not exist any more.",
};

/** Answers a press or a form with the verbs of the page. Throws what is nobody's to mend. */
export function answerInteraction(
  services: Services,
  interaction: Interaction,
): Promise<InteractionAnswer> {
  return interaction.type === "block_actions"
    ? answerPress(services, interaction)
    : answerSubmission(services, interaction);
}

async function answerPress({ root, slack }: Services, press: Press): Promise<null> {
  const action = press.actions.at(0);
  const isApproval = action?.action_id === SLACK_ACTIONS.approve;
  // "Open" is a link: the browser has followed it.
  if (action?.value === undefined || !(isApproval || action.action_id === SLACK_ACTIONS.reject)) {
    return null;
  }
  const carried = readCarried(action.value);
  const actor = await findSlackPerson({ ctx: root, input: { slack, slackUserId: press.user.id } });
  if (actor === null) {
    await whisper(
      slack,
      press,
      `Nobody here is known by your Slack account. ${openOn(root, carried)}`,
    );
    return null;
  }
  try {
    if (isApproval) await approve(root, actor, carried);
    else await askReason(slack, press, action.value);
  } catch (error) {
    await whisper(slack, press, `${explain(error)} ${openOn(root, carried)}`);
  }
  return null;
}

async function approve(root: Root, actor: Actor, carried: Carried): Promise<void> {
  await approveSuggestion({
    ctx: contextOf(root, actor),
    input: { ...carried, reason: "" },
  });
}

async function askReason(slack: SlackClient, press: Press, value: string): Promise<void> {
  if (press.trigger_id === undefined) {
    throw new AppError("invalid_input", "The press names no window.");
  }
  try {
    await slack.views.open({ trigger_id: press.trigger_id, view: rejectForm(value) });
  } catch (error) {
    // A trigger is good for three seconds; whatever it was, the page asks for the reason too.
    const { message, cause } = toSlackError(error);
    throw new AppError("invalid_input", `The form could not be opened. ${message}`, { cause });
  }
}

async function answerSubmission(
  { root, slack }: Services,
  submission: Submission,
): Promise<InteractionAnswer> {
  const { view, user } = submission;
  if (view.callback_id !== REJECT_FORM.callback) return null;
  const { suggestion_id } = readCarried(view.private_metadata);
  const refuse = (text: string): InteractionAnswer => ({
    response_action: "errors",
    errors: { [REJECT_FORM.block]: text },
  });
  const given = reasonOf(submission);
  if (given.reason === "" && given.reason_code === "other") return refuse("Say why.");
  const actor = await findSlackPerson({ ctx: root, input: { slack, slackUserId: user.id } });
  if (actor === null) return refuse("Nobody here is known by your Slack account.");
  try {
    const input = { suggestion_id, ...given };
    await rejectSuggestion({ ctx: contextOf(root, actor), input });
    return null;
  } catch (error) {
    return refuse(explain(error));
  }
}

/** Why it was refused. Throws what is no refusal: a fault of ours, or of Slack. */
function explain(error: unknown): string {
  if (!(error instanceof AppError) || PROBLEMS[error.code].status >= 500) throw error;
  const { code, details, message } = error;
  // A role that never decides, and a decision that is made; the policy's own refusals say why themselves.
  if (code === "forbidden" && details?.permission !== undefined) {
    return "You don't have permission to decide on this.";
  }
  if (code === "conflict" && details?.expected !== undefined) {
    return `It was already decided, or has ended: this suggestion is ${String(details.state)}.`;
  }
  return SAID[code] ?? message;
}

const openOn = ({ settings }: Root, { suggestion_id }: Carried): string =>
  `<${suggestionUrl(settings, suggestion_id)}|Open the page>.`;

/** Only who pressed sees it. Failing to say it changes nothing of what was done. */
async function whisper(slack: SlackClient, press: Press, text: string): Promise<void> {
  if (press.channel === undefined) return;
  const message = { channel: press.channel.id, user: press.user.id, text };
  await slack.chat.postEphemeral(message).catch(() => {});
}
