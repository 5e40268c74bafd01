import { CircleCheckIcon, MessageSquareIcon, TriangleAlertIcon, UsersIcon } from "lucide-react";
import { CodeText } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type {
  MeasuredEvidence,
  RequestedChanges,
  RequestWarning,
  Suggestion,
  SuggestionItem,
  SuspectText,
  UnreadQuery,
} from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { describeBestGain, describeNothing, describeOrigin } from "./wording";

/** Said when an action lost a race: who was faster, and that the page shows what is true now. */
export function ConflictAlert(props: {
  suggestion: Suggestion;
  message: string;
  onDismiss: () => void;
}) {
  const review = props.suggestion.reviews.at(-1);
  return (
    <Alert
      role="alert"
      tone="warning"
      icon={<UsersIcon className="size-4" />}
      title="Someone else already decided this"
    >
      {review === undefined ? null : (
        <p>
          {review.reviewer} {review.verdict} it <RelativeTime iso={review.at} />. This page shows
          the current state.
        </p>
      )}
      <p className="text-muted-foreground">{props.message}</p>
      <Button variant="outline" size="sm" className="mt-2" onClick={props.onDismiss}>
        Understood
      </Button>
    </Alert>
  );
}

/** The honest end of an analysis that suggests nothing: how much was tried, and how far the best came. */
export function NothingToDo({ suggestion }: { suggestion: Suggestion }) {
  const best = findBest(suggestion.alternatives);
  return (
    <Alert tone="info" icon={<CircleCheckIcon className="size-4" />} title="Nothing to do">
      <p>{describeNothing(suggestion)}</p>
      {best === undefined ? null : (
        <p className="mt-1">
          The best of them, “<CodeText text={best.item.title} />
          ”, {describeBestGain(best.gain)}. {best.item.verdict?.reason}
        </p>
      )}
    </Alert>
  );
}

/** Who asked for these changes, and why. */
export function RequestedBy({ requested }: { requested: RequestedChanges }) {
  return (
    <Alert
      tone="info"
      icon={<MessageSquareIcon className="size-4" />}
      title={`Requested by ${describeOrigin(requested.origin)}`}
    >
      <p className="break-words">
        {requested.reason === "" ? "No reason given." : requested.reason}
      </p>
    </Alert>
  );
}

/** What was asked for and tested cannot be approved: each reason once. */
export function DoesNotFit({ suggestion }: { suggestion: Suggestion }) {
  const reasons = [
    ...new Set(suggestion.alternatives.flatMap(({ verdict }) => verdict?.reason ?? [])),
  ];
  return (
    <Alert tone="warning" icon={<TriangleAlertIcon className="size-4" />} title="Does not fit">
      {reasons.map((reason) => (
        <p key={reason} className="break-words">
          {reason}
        </p>
      ))}
      <p className="mt-1">Tested on a shadow copy; nothing was changed.</p>
    </Alert>
  );
}

function measuredOf({ evidence }: SuggestionItem): MeasuredEvidence | undefined {
  return evidence?.basis === "measured" ? evidence : undefined;
}

function findBest(items: SuggestionItem[]) {
  const gains = items.flatMap((item) => {
    const gain = measuredOf(item)?.workload.gain;
    return gain === undefined ? [] : [{ item, gain }];
  });
  return gains.sort((a, b) => b.gain.value - a.gain.value)[0];
}

/** What to know of the request: suspect texts by their place alone, unread queries, what a test left out. */
export function RequestWarnings({ warnings }: { warnings: RequestWarning[] }) {
  const suspect = warnings.filter((each) => each.code === "suspect_text");
  const unread = warnings.filter((each) => each.code === "unread_query");
  const limited = warnings.filter((each) => each.code === "limited_analysis");
  return (
    <>
      <SuspectTexts warnings={suspect} />
      <UnreadQueries warnings={unread} />
      {limited.map(({ message }) => (
        <Alert
          key={message}
          tone="info"
          icon={<TriangleAlertIcon className="size-4" />}
          title="Not all of the workload was tested"
        >
          <p>{message}</p>
        </Alert>
      ))}
    </>
  );
}

/** Which queries of the request the advice does not rest on, and why. */
function UnreadQueries({ warnings }: { warnings: UnreadQuery[] }) {
  if (warnings.length === 0) return null;
  const were = warnings.length === 1 ? "was" : "were";
  return (
    <Alert
      tone="warning"
      icon={<TriangleAlertIcon className="size-4" />}
      title={`${formatPlural(warnings.length, "query", "queries")} of this request ${were} not taken into account`}
    >
      <ul>
        {warnings.map(({ pointer, message }) => (
          <li key={pointer}>
            <code className="break-all">{pointer}</code>: {message}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function SuspectTexts({ warnings }: { warnings: SuspectText[] }) {
  if (warnings.length === 0) return null;
  return (
    <Alert
      tone="warning"
      icon={<TriangleAlertIcon className="size-4" />}
      title={`${formatPlural(warnings.length, "text")} of this request may contain a prompt injection`}
    >
      <p>
        These texts were treated as data and changed nothing. Check them before you decide:{" "}
        {warnings.map(({ pointer }, at) => (
          <span key={pointer}>
            {at === 0 ? "" : ", "}
            <code className="break-all">{pointer}</code>
          </span>
        ))}
      </p>
    </Alert>
  );
}
