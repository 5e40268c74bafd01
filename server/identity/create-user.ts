import { z } from "zod";
import { users } from "@/drizzle/schema";
import { AppError, recordAudit } from "@/server/platform";
import type { IdentityContext } from "./context";
import { parseInput } from "./parse-input";
import { hashPassword, Password } from "./password";
import { assertCan } from "./permissions";
import { EmailAddress, PersonRoles, type User, withoutSecret } from "./user";

export const CreateUser = z.object({
  email: EmailAddress,
  name: z.string().trim().min(1).max(200),
  password: Password,
  roles: PersonRoles,
});

/** Adds a person. Throws `forbidden`, or `conflict` when the e-mail address is taken. */
export async function createUser({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof CreateUser>;
}): Promise<User> {
  assertCan(ctx.actor, "user.manage");
  const { email, name, password, roles } = parseInput(CreateUser, input);
  const passwordHash = await hashPassword(password);
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(users)
      .values({ email, name, passwordHash, roles })
      .onConflictDoNothing({ target: users.email })
      .returning();
    if (row === undefined) {
      throw new AppError("conflict", `There is already a user with the address ${email}.`);
    }
    await recordAudit(tx, ctx, {
      action: "user.create",
      subjectType: "user",
      subjectId: row.id,
      after: { email, name, roles },
    });
    return withoutSecret(row);
  });
}
