"use client";
import { useMutation } from "@tanstack/react-query";
import { ThumbsDownIcon, ThumbsUpIcon } from "lucide-react";
import { useId, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { useCan, useSession } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Label } from "@/components/ui/label";
import { Textarea } from "@/components/ui/textarea";
import type { Feedback, Suggestion } from "@/server/contracts";

/** Was it useful? One word a person, which they can change; what others said is shown. */
export function FeedbackPanel({ suggestion }: { suggestion: Suggestion }) {
  const { label } = useSession();
  const canSay = useCan("suggestion.feedback");
  const own = suggestion.feedback.find(({ by }) => by === label);
  const others = suggestion.feedback.filter((one) => one !== own);
  return (
    <Card>
      <CardHeader>
        <CardTitle>Was this useful?</CardTitle>
      </CardHeader>
      <CardContent className="grid gap-3">
        {canSay ? <OwnWord suggestion={suggestion} own={own} /> : null}
        {others.length === 0 ? null : (
          <ul className="grid gap-2 text-sm">
            {others.map((one) => (
              <li key={one.by}>
                {one.by}: {one.score > 0 ? "useful" : "not useful"}
                {one.comment === "" ? "" : `. ${one.comment}`}
              </li>
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}

const COMMENT_LENGTH_MAX = 2000;

function OwnWord({ suggestion, own }: { suggestion: Suggestion; own: Feedback | undefined }) {
  const [comment, setComment] = useState(own?.comment ?? "");
  const id = useId();
  const give = useGiveFeedback();
  const say = (score: 1 | -1) =>
    give.mutate({ suggestion_id: suggestion.suggestion_id, score, comment: comment.trim() });
  // What was just said, while it is on its way.
  const score = give.isPending ? give.variables.score : own?.score;
  return (
    <div className="grid gap-2">
      <Label htmlFor={id}>Comment (optional)</Label>
      <Textarea
        id={id}
        value={comment}
        maxLength={COMMENT_LENGTH_MAX}
        onChange={(event) => setComment(event.target.value)}
      />
      <div className="flex gap-2">
        <Button
          variant={score === 1 ? "default" : "outline"}
          aria-pressed={score === 1}
          onClick={() => say(1)}
        >
          <ThumbsUpIcon className="size-4" aria-hidden="true" /> Useful
        </Button>
        <Button
          variant={score === -1 ? "default" : "outline"}
          aria-pressed={score === -1}
          onClick={() => say(-1)}
        >
          <ThumbsDownIcon className="size-4" aria-hidden="true" /> Not useful
        </Button>
      </div>
    </div>
  );
}

function useGiveFeedback() {
  const trpc = useTRPC();
  const handlers = useActionHandlers(trpc.suggestions.pathKey());
  return useMutation(
    trpc.suggestions.feedback.mutationOptions(handlers("Thank you. Your feedback was saved.")),
  );
}
