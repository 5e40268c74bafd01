"use client";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { RelativeTime } from "@/components/common/clock";
import { useColleagues, useTriageActions } from "@/components/inbox/use-triage";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Label } from "@/components/ui/label";
import { Textarea } from "@/components/ui/textarea";
import type { Person } from "@/server/contracts";

/** What people say of a suggestion among themselves, and a field to say something. */
export function Discussion({ suggestionId }: { suggestionId: string }) {
  const trpc = useTRPC();
  const { data: comments = [] } = useQuery(
    trpc.inbox.comments.queryOptions({ suggestion_id: suggestionId }),
  );
  return (
    <section aria-label="Comments" className="grid gap-3">
      {comments.length === 0 ? (
        <p className="text-sm text-muted-foreground">Nobody has commented yet.</p>
      ) : (
        <ol className="grid gap-3">
          {comments.map((comment) => (
            <li key={comment.comment_id} className="grid gap-0.5 text-sm">
              <p className="text-xs text-muted-foreground">
                <span className="font-medium text-foreground">{comment.by.label}</span>{" "}
                <RelativeTime iso={comment.at} />
              </p>
              <p className="break-words whitespace-pre-line">{comment.body}</p>
            </li>
          ))}
        </ol>
      )}
      <CommentForm suggestionId={suggestionId} />
    </section>
  );
}

const COMMENT_LENGTH_MAX = 4000;

/** `@ada@example.com` in the text tells that person. Ctrl+Enter sends. */
function CommentForm({ suggestionId }: { suggestionId: string }) {
  const id = useId();
  const [body, setBody] = useState("");
  const colleagues = useColleagues();
  const { comment } = useTriageActions();
  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (body.trim() === "" || comment.isPending) return;
    comment.mutate(
      {
        suggestion_id: suggestionId,
        body,
        mentions: findMentions(body, colleagues).map((person) => person.id),
      },
      { onSuccess: () => setBody("") },
    );
  };
  return (
    <form onSubmit={send} className="grid gap-1.5">
      <Label htmlFor={id}>Comment</Label>
      <Textarea
        id={id}
        value={body}
        maxLength={COMMENT_LENGTH_MAX}
        aria-describedby={`${id}-hint`}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event);
        }}
      />
      <p id={`${id}-hint`} className="text-xs text-muted-foreground">
        Write @ and an e-mail address to mention somebody. A comment cannot be changed afterwards.
      </p>
      <Button
        type="submit"
        size="sm"
        className="justify-self-start"
        disabled={comment.isPending || body.trim() === ""}
      >
        Comment
      </Button>
    </form>
  );
}

/** The people whose address stands in the text behind an @, whole. */
export function findMentions(text: string, people: readonly Person[]): Person[] {
  const lower = text.toLowerCase();
  return people.filter(({ label }) => {
    const at = lower.indexOf(`@${label.toLowerCase()}`);
    if (at === -1) return false;
    // Of a longer address it is only the beginning.
    return !/^[-.]?[\p{L}\p{N}_]/u.test(lower.slice(at + label.length + 1));
  });
}
