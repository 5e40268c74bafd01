import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Invitation, PersonView, Role } from "@/server/contracts";
import { formatInstant } from "@/server/format";
import type { ServiceContext } from "@/server/platform";
import { AppError } from "@/server/platform/errors";
import { type Answer, type CliCommand, collect } from "../command";
import type { Table } from "../table";

const ROLES = ["viewer", "reviewer", "operator", "admin"] as const satisfies readonly Role[];
const Roles = z.array(z.enum(ROLES)).min(1);

const rowOf = (person: PersonView) => [
  person.email,
  person.roles.join(","),
  person.is_active ? "active" : "deactivated",
  person.last_sign_in_at === null ? "never" : formatInstant(person.last_sign_in_at),
  person.user_id,
];
const peopleOf = (people: PersonView[]): Table => ({
  columns: ["EMAIL", "ROLES", "STATE", "LAST SIGN-IN", "ID"],
  rows: people.map(rowOf),
  empty: "There is nobody yet: sidecar users first-admin",
});

/** Throws `not_found`. */
async function personNamed(ctx: ServiceContext, email: string): Promise<PersonView> {
  const { listPeople } = await import("@/server/identity");
  const address = email.trim().toLowerCase();
  const found = (await listPeople({ ctx })).find((person) => person.email === address);
  if (found === undefined) throw new AppError("not_found", `There is no user ${email}.`);
  return found;
}

/** The person as they are after a change of them. */
async function answerPerson(ctx: ServiceContext, email: string): Promise<Answer> {
  const person = await personNamed(ctx, email);
  return { data: person, lines: [peopleOf([person])] };
}

/** A one-time link: shown now and never again. */
async function answerLink<Made extends { token: string }>(
  ctx: ServiceContext,
  { token, ...made }: Made,
): Promise<Answer> {
  const { linkAddress } = await import("@/server/identity");
  const link = linkAddress(ctx.settings, token);
  return { data: { ...made, link }, lines: [`${link} (once, shown only now)`] };
}

export function defineUsers(group: CliCommand): void {
  group
    .command("list")
    .description("everybody, by address")
    .answers("PersonView[]", async ({ ctx }) => {
      const { listPeople } = await import("@/server/identity");
      const people = await listPeople({ ctx });
      return { data: people, lines: [peopleOf(people)] };
    });
  defineAdmission(group);
  defineInvitations(group);
  defineAccounts(group);
}

async function create(
  ctx: ServiceContext,
  options: { email: string; name?: string | undefined; roles: string[] },
): Promise<Answer> {
  const { createUser } = await import("@/server/identity");
  const { email, name = email } = options;
  // A password on the command line would stay in the shell's history.
  const password = randomBytes(15).toString("base64url");
  const roles = Roles.parse(options.roles);
  await createUser({ ctx, input: { email, name, password, roles } });
  const { data, lines } = await answerPerson(ctx, email);
  return {
    data: { ...(data as PersonView), password },
    lines: [...lines, `password (shown only now): ${password}`],
  };
}

const CreateOptions = z.object({
  email: z.string(),
  name: z.string().optional(),
  roles: z.array(z.string()),
});

function defineAdmission(group: CliCommand): void {
  group
    .command("create")
    .description("add a person; the password is made here and shown once")
    .requiredOption("--email <address>", "who signs in")
    .option("--name <name>", "what pages call them")
    .requiredOption("--roles <roles>", ROLES.join(", "), collect)
    .answers("PersonView with password", ({ ctx, options }) =>
      create(ctx, CreateOptions.parse(options)),
    );
  group
    .command("first-admin")
    .description("a one-time link that creates the first administrator; a conflict if there is one")
    .answers("{ link, expires_at }", async ({ ctx }) => {
      const { startFirstAdmin } = await import("@/server/identity");
      const made = await startFirstAdmin({ ctx });
      if (made === null) throw new AppError("conflict", "There is an administrator already.");
      return answerLink(ctx, { token: made.token, expires_at: made.expires_at });
    });
}

const invitationsOf = (invitations: Invitation[]): Table => ({
  columns: ["EMAIL", "ROLES", "INVITED BY", "EXPIRES", "ID"],
  rows: invitations.map((each) => [
    each.email,
    each.roles.join(","),
    each.invited_by,
    each.is_expired ? "expired" : formatInstant(each.expires_at),
    each.link_id,
  ]),
  empty: "No invitation is open.",
});

function defineInvitations(group: CliCommand): void {
  group
    .command("invite <email>")
    .description("a one-time link by which a person joins; shown once, replaces an open one")
    .requiredOption("--roles <roles>", ROLES.join(", "), collect)
    .option("--hours <hours>", "the link ends unused after so long", "72")
    .answers("{ invitation: Invitation, link }", async ({ ctx, arg, options }) => {
      const { invitePerson } = await import("@/server/identity");
      const hours = z.coerce.number().parse(options.hours);
      const input = { email: arg("email"), roles: Roles.parse(options.roles), hours };
      return answerLink(ctx, await invitePerson({ ctx, input }));
    });
  group
    .command("invitations")
    .description("invitations that were neither accepted nor withdrawn")
    .answers("Invitation[]", async ({ ctx }) => {
      const { listInvitations } = await import("@/server/identity");
      const invitations = await listInvitations({ ctx });
      return { data: invitations, lines: [invitationsOf(invitations)] };
    });
  group
    .command("withdraw <invitation_id>")
    .description("end an invitation: its link opens nothing")
    .answers("{ link_id }", async ({ ctx, arg }) => {
      const { withdrawInvitation } = await import("@/server/identity");
      const input = { link_id: z.uuid().parse(arg("invitation_id")) };
      await withdrawInvitation({ ctx, input });
      return { data: input, lines: ["Withdrawn."] };
    });
}

function defineAccounts(group: CliCommand): void {
  group
    .command("roles <email>")
    .description("replace a person's roles")
    .requiredOption("--roles <roles>", ROLES.join(", "), collect)
    .answers("PersonView", async ({ ctx, arg, options }) => {
      const { setUserRoles } = await import("@/server/identity");
      const { email, user_id } = await personNamed(ctx, arg("email"));
      await setUserRoles({ ctx, input: { user_id, roles: Roles.parse(options.roles) } });
      return answerPerson(ctx, email);
    });
  group
    .command("deactivate <email>")
    .description("shut a person out, sessions and tokens included")
    .answers("PersonView", async ({ ctx, arg }) => {
      const { deactivateUser } = await import("@/server/identity");
      const { email, user_id } = await personNamed(ctx, arg("email"));
      await deactivateUser({ ctx, input: { user_id } });
      return answerPerson(ctx, email);
    });
  group
    .command("activate <email>")
    .description("let a deactivated person in again, with the roles held before")
    .answers("PersonView", async ({ ctx, arg }) => {
      const { activateUser } = await import("@/server/identity");
      const { email, user_id } = await personNamed(ctx, arg("email"));
      await activateUser({ ctx, input: { user_id } });
      return answerPerson(ctx, email);
    });
  group
    .command("reset-password <email>")
    .description("a one-time link by which a person chooses a new password; shown once")
    .answers("{ link, expires_at }", async ({ ctx, arg }) => {
      const { startPasswordReset } = await import("@/server/identity");
      const { user_id } = await personNamed(ctx, arg("email"));
      return answerLink(ctx, await startPasswordReset({ ctx, input: { user_id } }));
    });
}
