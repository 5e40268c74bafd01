"use client";
import { CheckIcon, CopyIcon } from "lucide-react";
import { useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogHeader } from "@/components/ui/dialog";

/** A secret that is shown now and never again. */
export interface Secret {
  title: string;
  /** What it is for, and until when. */
  description: string;
  text: string;
}

/** Shows a secret until it is closed; `null`: nothing is shown. */
export function ShownOnce({ secret, onClose }: { secret: Secret | null; onClose: () => void }) {
  return (
    <Dialog
      open={secret !== null}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      {secret === null ? null : (
        <DialogContent isPersistent>
          <DialogHeader title={secret.title} description={secret.description} />
          <Alert tone="warning" title="Shown only now">
            Copy it before you close this dialog; it cannot be shown again.
          </Alert>
          <SecretText text={secret.text} />
          <DialogFooter>
            <Button onClick={onClose}>Done</Button>
          </DialogFooter>
        </DialogContent>
      )}
    </Dialog>
  );
}

function SecretText({ text }: { text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  // Without https a browser offers no clipboard: the text can still be selected.
  async function copy() {
    await navigator.clipboard?.writeText(text);
    setIsCopied(true);
  }
  return (
    <div className="flex items-start gap-2">
      <code
        data-secret
        className="min-w-0 flex-1 rounded-md border bg-muted px-3 py-2 font-mono text-xs break-all select-all"
      >
        {text}
      </code>
      <Button variant="outline" size="icon" aria-label="Copy" onClick={() => void copy()}>
        {isCopied ? <CheckIcon aria-hidden /> : <CopyIcon aria-hidden />}
      </Button>
    </div>
  );
}
