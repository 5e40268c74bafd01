"use client";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogHeader } from "@/components/ui/dialog";
import type { PersonView } from "@/server/contracts";
import { formatInstant, formatPlural } from "@/server/format";
import { linkAddress } from "./invite-dialog";
import { isPersonRole, type PersonRole, RoleBoxes } from "./role-boxes";
import type { Secret } from "./shown-once";

export type PersonAction = "roles" | "reset" | "sessions" | "deactivate" | "activate";

interface PersonDialogsProps {
  person: PersonView;
  /** What was chosen; null: nothing. */
  action: PersonAction | null;
  onClose: () => void;
  onSecret: (secret: Secret) => void;
}

interface Question {
  title: string;
  description: string;
  confirm: string;
  isDestructive?: boolean;
  run: () => void;
}

/** Asks before each deed, and does it. */
export function PersonDialogs(props: PersonDialogsProps) {
  const { person, action, onClose } = props;
  const questions = useQuestions(props);
  const question = action === null || action === "roles" ? null : questions[action];
  return (
    <>
      <Dialog
        open={action === "roles"}
        onOpenChange={(isOpen) => {
          if (!isOpen) onClose();
        }}
      >
        <DialogContent>
          <DialogHeader
            title={`Roles of ${person.email}`}
            description="They count from the next request on, in every open session."
          />
          <RolesForm person={person} onClose={onClose} />
        </DialogContent>
      </Dialog>
      {question === null ? null : (
        <ActionDialog
          isOpen
          onClose={onClose}
          title={question.title}
          description={question.description}
          confirmLabel={question.confirm}
          isDestructive={question.isDestructive ?? false}
          reason="none"
          onConfirm={question.run}
        />
      )}
    </>
  );
}

function useQuestions({
  person,
  onSecret,
}: PersonDialogsProps): Record<Exclude<PersonAction, "roles">, Question> {
  const trpc = useTRPC();
  const handlersOf = useActionHandlers(trpc.people.pathKey());
  const { people } = trpc;
  const reset = useMutation(people.resetPassword.mutationOptions(handlersOf("Link made.")));
  const end = useMutation(people.revokeSessions.mutationOptions(handlersOf("Sessions ended.")));
  const deactivate = useMutation(people.deactivate.mutationOptions(handlersOf("Deactivated.")));
  const activate = useMutation(people.activate.mutationOptions(handlersOf("Activated.")));
  const { email, user_id } = person;
  const onReset = ({ token, expires_at }: { token: string; expires_at: string }) =>
    onSecret({
      title: `New password for ${email}`,
      description: `The link works once, until ${formatInstant(expires_at)}. Send it yourself.`,
      text: linkAddress(token),
    });
  return {
    reset: {
      title: `Make a password reset link for ${email}?`,
      description: "The present password works until the link is used; an older link ends.",
      confirm: "Make the link",
      run: () => reset.mutate({ user_id }, { onSuccess: onReset }),
    },
    sessions: {
      title: `End the sessions of ${email}?`,
      description: `${formatPlural(person.session_count, "open session")}: this person has to sign in again.`,
      confirm: "End sessions",
      isDestructive: true,
      run: () => end.mutate({ user_id }),
    },
    deactivate: {
      title: `Deactivate ${email}?`,
      description: "Sessions and tokens stop working at once. What this person did is kept.",
      confirm: "Deactivate",
      isDestructive: true,
      run: () => deactivate.mutate({ user_id }),
    },
    activate: {
      title: `Activate ${email}?`,
      description: "This person can sign in again, with the roles shown here.",
      confirm: "Activate",
      run: () => activate.mutate({ user_id }),
    },
  };
}

function RolesForm({ person, onClose }: { person: PersonView; onClose: () => void }) {
  const trpc = useTRPC();
  const handlersOf = useActionHandlers(trpc.people.pathKey());
  // What the person had when this was opened: the list is fetched anew while the form stands.
  const [expectedRoles] = useState(person.roles);
  const [roles, setRoles] = useState<PersonRole[]>(expectedRoles.filter(isPersonRole));
  const save = useMutation(trpc.people.setRoles.mutationOptions(handlersOf("Roles changed.")));
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ user_id: person.user_id, roles, expected_roles: expectedRoles });
    onClose();
  }
  return (
    <form onSubmit={submit} className="grid gap-4">
      <RoleBoxes roles={roles} onChange={setRoles} />
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit">Save roles</Button>
      </DialogFooter>
    </form>
  );
}
