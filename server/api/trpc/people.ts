import { z } from "zod";
import { Role } from "@/server/contracts";
import {
  activateUser,
  useLink as applyLink,
  deactivateUser,
  describeLink,
  invitePerson,
  listInvitations,
  listPeople,
  PERSON_ROLES,
  revokeSessions,
  setUserRoles,
  startPasswordReset,
  withdrawInvitation,
} from "@/server/identity";
import { openProcedure, procedure, router } from "./init";

const OfPerson = z.object({ user_id: z.uuid() });
const Roles = z.array(z.enum(PERSON_ROLES));

/** People, their invitations and sessions. */
export const peopleRouter = router({
  list: procedure.query(({ ctx }) => listPeople({ ctx })),
  invitations: procedure.query(({ ctx }) => listInvitations({ ctx })),
  invite: procedure
    .input(z.object({ email: z.string().max(254), roles: Roles, hours: z.int().optional() }))
    .mutation(({ ctx, input: { hours, ...input } }) =>
      invitePerson({ ctx, input: { ...input, ...(hours !== undefined && { hours }) } }),
    ),
  withdraw: procedure
    .input(z.object({ link_id: z.uuid() }))
    .mutation(({ ctx, input }) => withdrawInvitation({ ctx, input })),
  setRoles: procedure
    .input(OfPerson.extend({ roles: Roles, expected_roles: z.array(Role) }))
    .mutation(async ({ ctx, input }) => {
      await setUserRoles({ ctx, input });
    }),
  deactivate: procedure.input(OfPerson).mutation(async ({ ctx, input }) => {
    await deactivateUser({ ctx, input });
  }),
  activate: procedure.input(OfPerson).mutation(async ({ ctx, input }) => {
    await activateUser({ ctx, input });
  }),
  resetPassword: procedure
    .input(OfPerson)
    .mutation(({ ctx, input }) => startPasswordReset({ ctx, input })),
  revokeSessions: procedure
    .input(OfPerson.extend({ session_id: z.uuid().optional() }))
    .mutation(({ ctx, input: { user_id, session_id } }) =>
      revokeSessions({ ctx, input: { user_id, ...(session_id && { session_id }) } }),
    ),
});

const Held = z.object({ token: z.string().max(200) });

/**
 * One-time links, for whoever holds one. All are mutations: a token in a query would stand in the
 * address, which proxies write down.
 */
export const linksRouter = router({
  describe: openProcedure.input(Held).mutation(({ ctx, input }) => describeLink({ ctx, input })),
  use: openProcedure
    .input(
      Held.extend({
        name: z.string().optional(),
        email: z.string().optional(),
        password: z.string().optional(),
      }),
    )
    .mutation(({ ctx, input: { token, name, email, password } }) =>
      applyLink({
        ctx,
        input: {
          token,
          ...(name && { name }),
          ...(email && { email }),
          ...(password && { password }),
        },
      }),
    ),
});
