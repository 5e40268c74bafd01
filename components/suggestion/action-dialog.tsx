"use client";
import { type FormEvent, type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { findValue } from "@/components/common/options";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogHeader } from "@/components/ui/dialog";
import { CheckField, SelectField } from "@/components/ui/field";
import { Label } from "@/components/ui/label";
import { Textarea } from "@/components/ui/textarea";
import { REJECT_REASON_CODES, REJECT_REASONS, type RejectReason } from "@/server/contracts";

interface ActionDialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  description: string;
  confirmLabel: string;
  isDestructive?: boolean;
  /** `named`: one of a list, or in words. */
  reason: "none" | "optional" | "required" | "named";
  /** What becomes of the reason; left out: the decision's. */
  reasonHint?: string;
  /** What must be ticked first; null or left out: nothing. */
  acknowledgement?: string | null;
  onConfirm: (reason: string, isAcknowledged: boolean, code: RejectReason) => void;
  children?: ReactNode;
}

/** Asks once more before something happens, with a reason where one is wanted. */
export function ActionDialog(props: ActionDialogProps) {
  return (
    <Dialog
      open={props.isOpen}
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onClose();
      }}
    >
      <DialogContent>
        <DialogHeader title={props.title} description={props.description} />
        <ActionForm {...props} />
      </DialogContent>
    </Dialog>
  );
}

function ActionForm(props: ActionDialogProps) {
  const [reason, setReason] = useState("");
  const [code, setCode] = useState<RejectReason>("other");
  const [isMissing, setIsMissing] = useState(false);
  const [isAcknowledged, setIsAcknowledged] = useState(false);
  const acknowledgement = props.acknowledgement ?? null;
  const isRequired = props.reason === "required" || (props.reason === "named" && code === "other");
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isRequired && reason.trim() === "") {
      event.currentTarget.querySelector("textarea")?.focus();
      return setIsMissing(true);
    }
    props.onConfirm(reason.trim(), isAcknowledged, code);
    props.onClose();
  }
  return (
    <form onSubmit={submit} onKeyDown={submitByKey} className="grid gap-4" noValidate>
      {props.children}
      {acknowledgement === null ? null : (
        <CheckField
          label={acknowledgement}
          isChecked={isAcknowledged}
          onChange={setIsAcknowledged}
        />
      )}
      {props.reason === "named" ? (
        <SelectField
          label="Why"
          value={code}
          onChange={({ target: { value } }) => {
            setCode(findValue(REJECT_REASONS, value) ?? "other");
            setIsMissing(false);
          }}
        >
          {REJECT_REASON_CODES.map((name) => (
            <option key={name} value={name}>
              {REJECT_REASONS[name]}
            </option>
          ))}
        </SelectField>
      ) : null}
      {props.reason === "none" ? null : (
        <ReasonField
          reason={reason}
          hint={props.reasonHint}
          isRequired={isRequired}
          isMissing={isMissing}
          onChange={(text) => {
            setReason(text);
            setIsMissing(false);
          }}
        />
      )}
      <DialogFooter>
        <Button variant="outline" onClick={props.onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          aria-keyshortcuts="Control+Enter"
          disabled={acknowledgement !== null && !isAcknowledged}
          variant={props.isDestructive ? "destructive" : "default"}
        >
          {props.confirmLabel}
        </Button>
      </DialogFooter>
    </form>
  );
}

/** Ctrl+Enter sends a form from any of its fields; what its button refuses stays refused. */
export function submitByKey(event: KeyboardEvent<HTMLFormElement>) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.querySelector<HTMLButtonElement>("button[type=submit]")?.click();
}

const REASON_LENGTH_MAX = 2000;

function ReasonField(props: {
  reason: string;
  hint: string | undefined;
  isRequired: boolean;
  isMissing: boolean;
  onChange: (text: string) => void;
}) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>Reason {props.isRequired ? "" : "(optional)"}</Label>
      <Textarea
        id={id}
        value={props.reason}
        maxLength={REASON_LENGTH_MAX}
        required={props.isRequired}
        aria-invalid={props.isMissing}
        aria-describedby={props.isMissing ? `${id}-error` : undefined}
        placeholder={props.hint ?? "Kept with the decision, and in the audit trail"}
        onChange={(event) => props.onChange(event.target.value)}
      />
      {props.isMissing ? (
        <p id={`${id}-error`} role="alert" className="text-sm text-negative">
          Please say why
          {props.hint === undefined
            ? ": it is kept with the decision and shown when the same change comes back"
            : ""}
          .
        </p>
      ) : null}
    </div>
  );
}
