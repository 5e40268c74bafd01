"use client";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogHeader } from "@/components/ui/dialog";
import { SelectField, TextField } from "@/components/ui/field";
import { formatInstant } from "@/server/format";
import { type PersonRole, RoleBoxes } from "./role-boxes";
import type { Secret } from "./shown-once";

/** The address of a one-time link, as it is handed to somebody. */
export const linkAddress = (token: string) => `${window.location.origin}/join#${token}`;

interface InviteDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onInvited: (secret: Secret) => void;
}

export function InviteDialog(props: InviteDialogProps) {
  return (
    <Dialog
      open={props.isOpen}
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onClose();
      }}
    >
      <DialogContent>
        <DialogHeader
          title="Invite a person"
          description="Makes a link that works once. Send it to that person yourself."
        />
        <InviteForm {...props} />
      </DialogContent>
    </Dialog>
  );
}

function InviteForm({ onClose, onInvited }: InviteDialogProps) {
  const trpc = useTRPC();
  const handlersOf = useActionHandlers(trpc.people.pathKey());
  const [email, setEmail] = useState("");
  const [roles, setRoles] = useState<PersonRole[]>(["viewer"]);
  const [hours, setHours] = useState(72);
  const invite = useMutation(trpc.people.invite.mutationOptions(handlersOf("Invitation made.")));
  function submit(event: FormEvent) {
    event.preventDefault();
    invite.mutate(
      { email, roles, hours },
      {
        onSuccess({ token, invitation }) {
          onClose();
          onInvited({
            title: `Invitation for ${invitation.email}`,
            description: `The link works once, until ${formatInstant(invitation.expires_at)}.`,
            text: linkAddress(token),
          });
        },
      },
    );
  }
  return (
    <form onSubmit={submit} className="grid gap-4">
      <TextField
        label="Email"
        type="email"
        required
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <RoleBoxes roles={roles} onChange={setRoles} />
      <SelectField
        label="Link expires after"
        value={hours}
        onChange={(event) => setHours(Number(event.target.value))}
      >
        <option value={24}>1 day</option>
        <option value={72}>3 days</option>
        <option value={168}>7 days</option>
      </SelectField>
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={invite.isPending || roles.length === 0}>
          Make the link
        </Button>
      </DialogFooter>
    </form>
  );
}
