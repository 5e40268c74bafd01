import { eq, inArray } from "drizzle-orm";
import { suggestionComments, suggestions, users } from "@/drizzle/schema";
import type { Comment, CommentRequest } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { notify } from "@/server/notify";
import { AppError, publish, recordAudit, type ServiceContext } from "@/server/platform";
import { personOf } from "./filter-suggestions";
import { findPeople } from "./triage";

/** So many are shown; a suggestion with more is a conversation for another place. */
const COMMENTS_MAX = 500;

/** Of a comment so much is told; the rest is on the page. */
const MENTION_LENGTH_MAX = 1000;

/** What people have said of a suggestion, oldest first. Throws `forbidden`, `not_found`. */
export async function listComments({
  ctx,
  input: { suggestion_id: id },
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string };
}): Promise<Comment[]> {
  assertCan(ctx.actor, "suggestion.read");
  personOf(ctx);
  if ((await ctx.db.$count(suggestions, eq(suggestions.id, id))) === 0) {
    throw new AppError("not_found", `There is no suggestion ${id}.`);
  }
  const rows = await ctx.db
    .select({
      row: suggestionComments,
      author: { id: users.id, label: users.email },
    })
    .from(suggestionComments)
    .innerJoin(users, eq(users.id, suggestionComments.authorId))
    .where(eq(suggestionComments.suggestionId, id))
    .orderBy(suggestionComments.at, suggestionComments.id)
    .limit(COMMENTS_MAX);
  const mentioned = [...new Set(rows.flatMap(({ row }) => row.mentions))];
  const people =
    mentioned.length === 0
      ? []
      : await ctx.db
          .select({ id: users.id, label: users.email })
          .from(users)
          .where(inArray(users.id, mentioned));
  return rows.map(({ row, author }) => ({
    comment_id: row.id,
    by: author,
    body: row.body,
    mentions: people.filter((person) => row.mentions.includes(person.id)),
    at: row.at.toISOString(),
  }));
}

/**
 * Adds a comment; it stays as it is. Throws `forbidden` (machines do not comment), `not_found`,
 * `invalid_input` (somebody mentioned is not active, or there are too many comments).
 */
export async function addComment({
  ctx,
  input: { suggestion_id: id, body, mentions },
}: {
  ctx: ServiceContext;
  input: CommentRequest;
}): Promise<Comment[]> {
  assertCan(ctx.actor, "suggestion.feedback");
  const authorId = personOf(ctx);
  const mentioned = [...new Set(mentions)];
  await ctx.db.transaction(async (tx) => {
    const [suggestion] = await tx
      .select({ id: suggestions.id })
      .from(suggestions)
      .where(eq(suggestions.id, id))
      .for("update");
    if (suggestion === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
    const count = await tx.$count(suggestionComments, eq(suggestionComments.suggestionId, id));
    if (count >= COMMENTS_MAX) {
      throw new AppError("invalid_input", `A suggestion holds at most ${COMMENTS_MAX} comments.`);
    }
    if ((await findPeople(tx, mentioned)).length !== mentioned.length) {
      throw new AppError("invalid_input", "Somebody mentioned is no active person here.");
    }
    const [stored] = await tx
      .insert(suggestionComments)
      .values({ suggestionId: id, authorId, body, mentions: mentioned, at: ctx.clock.now() })
      .returning({ id: suggestionComments.id });
    await recordAudit(tx, ctx, {
      action: "suggestion.comment",
      subjectType: "suggestion",
      subjectId: id,
      after: { comment_id: stored?.id, body, mentions: mentioned },
    });
    const userIds = mentioned.filter((person) => person !== authorId);
    if (userIds.length > 0) {
      const subject = { type: "suggestion", id } as const;
      const details = { summary: body.slice(0, MENTION_LENGTH_MAX) };
      await notify({ tx, ctx, input: { event: "mentioned", subject, userIds, details } });
    }
    await publish(tx, { topic: "suggestion", id });
  });
  return listComments({ ctx, input: { suggestion_id: id } });
}
