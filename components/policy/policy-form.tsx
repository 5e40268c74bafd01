"use client";
import { useMutation } from "@tanstack/react-query";
import { PlusIcon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { useTRPC } from "@/components/trpc/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { TextField } from "@/components/ui/field";
import type { Policy, PolicyView } from "@/server/contracts";
import { AutoApprovalFields } from "./auto-approval-fields";
import { newRule } from "./draft";
import { findFaults } from "./draft-faults";
import { RegressionFields } from "./regression-fields";
import { RequirementFields } from "./requirement-fields";
import { RuleFields } from "./rule-fields";
import { SimulationReport } from "./simulation-report";

/** Edits the policy: typed fields, checked as they are filled in, simulated before they are stored. */
export function PolicyForm({ view, onDone }: { view: PolicyView; onDone: () => void }) {
  const trpc = useTRPC();
  const [draft, setDraft] = useState<Policy>(view.policy);
  const [comment, setComment] = useState("");
  const handlers = useActionHandlers(trpc.policy.pathKey())("The policy was stored.");
  const save = useMutation(trpc.policy.set.mutationOptions(handlers));
  const faults = findFaults(draft);
  const isSaveable = faults.length === 0 && comment.trim() !== "" && !save.isPending;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isSaveable) return;
    const input = { policy: draft, comment: comment.trim(), expected_version: view.version };
    save.mutate(input, { onSuccess: onDone });
  }
  return (
    <form onSubmit={submit} className="grid gap-5" noValidate>
      <Card>
        <CardHeader>
          <CardTitle>Every change</CardTitle>
          <CardDescription>Rules add to this; the strictest demand counts.</CardDescription>
        </CardHeader>
        <CardContent>
          <RequirementFields value={draft.base} onChange={(base) => setDraft({ ...draft, base })} />
        </CardContent>
      </Card>
      <RulesCard draft={draft} onChange={setDraft} />
      <Card>
        <CardHeader>
          <CardTitle>Automatic approval</CardTitle>
          <CardDescription>
            Never beyond its limits, never while stopped, never what cannot be rolled back.
          </CardDescription>
        </CardHeader>
        <CardContent>
          <AutoApprovalFields
            value={draft.auto_approval}
            onChange={(auto_approval) => setDraft({ ...draft, auto_approval })}
          />
        </CardContent>
      </Card>
      <Card id="regression">
        <CardHeader>
          <CardTitle>Regressions</CardTitle>
          <CardDescription>
            How the live workload is judged after an execution. A query regressed when it is beyond
            all of its limits; the change regressed when the whole workload did not gain.
          </CardDescription>
        </CardHeader>
        <CardContent>
          <RegressionFields
            value={draft.regression}
            onChange={(regression) => setDraft({ ...draft, regression })}
          />
        </CardContent>
      </Card>
      <SimulationReport policy={faults.length === 0 ? draft : null} />
      <Card>
        <CardContent className="grid gap-4">
          {faults.length === 0 ? null : (
            <Alert role="alert" tone="negative" title="The policy cannot be stored like this">
              <ul className="list-disc pl-5">
                {faults.map((fault) => (
                  <li key={fault}>{fault}</li>
                ))}
              </ul>
            </Alert>
          )}
          <TextField
            label="Why is it changed?"
            hint="Kept with the version and in the audit log. Needed to save."
            autoComplete="off"
            value={comment}
            onChange={({ target }) => setComment(target.value)}
          />
          <div className="flex flex-wrap gap-2">
            <Button type="submit" disabled={!isSaveable}>
              Save policy
            </Button>
            <Button variant="outline" onClick={onDone}>
              Cancel
            </Button>
          </div>
        </CardContent>
      </Card>
    </form>
  );
}

function RulesCard({ draft, onChange }: { draft: Policy; onChange: (draft: Policy) => void }) {
  const { rules } = draft;
  const setRules = (next: Policy["rules"]) => onChange({ ...draft, rules: next });
  const [keys, setKeys] = useState(() => rules.map((_, at) => at));
  const add = () => {
    setKeys([...keys, Math.max(-1, ...keys) + 1]);
    setRules([...rules, newRule(`Rule ${rules.length + 1}`)]);
  };
  const remove = (at: number) => {
    setKeys(keys.filter((_, n) => n !== at));
    setRules(rules.filter((_, n) => n !== at));
  };
  return (
    <Card>
      <CardHeader>
        <CardTitle>Rules</CardTitle>
      </CardHeader>
      <CardContent className="grid gap-4">
        {rules.map((rule, at) => (
          <RuleFields
            key={keys[at]}
            rule={rule}
            onChange={(next) => setRules(rules.map((each, n) => (n === at ? next : each)))}
            onRemove={() => remove(at)}
          />
        ))}
        <Button variant="outline" className="justify-self-start" onClick={add}>
          <PlusIcon aria-hidden /> Add rule
        </Button>
      </CardContent>
    </Card>
  );
}
