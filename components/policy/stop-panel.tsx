"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { OctagonPauseIcon } from "lucide-react";
import { useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { RelativeTime } from "@/components/common/clock";
import { useCan } from "@/components/shell/session";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import type { EmergencyStop } from "@/server/contracts";
import { formatPlural } from "@/server/format";

/** The emergency stop: its state, and the button that people with the right may press. */
export function StopPanel() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.policy.stop.queryOptions());
  const canStop = useCan("automation.stop");
  const canLift = useCan("policy.manage");
  const [isAsking, setIsAsking] = useState(false);
  const done = useActionHandlers(trpc.policy.pathKey());
  const engage = useMutation(
    trpc.policy.engageStop.mutationOptions(done("Automation is stopped.")),
  );
  const lift = useMutation(trpc.policy.liftStop.mutationOptions(done("The stop was lifted.")));
  if (data === undefined) return null;
  const { is_on: isOn } = data;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Emergency stop</CardTitle>
      </CardHeader>
      <CardContent className="grid gap-3">
        <p className="text-sm">{isOn ? <Engaged stop={data} /> : "Off: automation runs."}</p>
        {(isOn ? canLift : canStop) ? (
          <Button
            className="justify-self-start"
            variant={isOn ? "default" : "destructive"}
            disabled={engage.isPending || lift.isPending}
            onClick={() => setIsAsking(true)}
          >
            <OctagonPauseIcon aria-hidden /> {isOn ? "Lift the stop" : "Stop all automation"}
          </Button>
        ) : null}
      </CardContent>
      <ActionDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={isOn ? "Lift the emergency stop" : "Stop all automation"}
        description={isOn ? describeLift(data) : describeStop(data)}
        confirmLabel={isOn ? "Lift the stop" : "Stop now"}
        isDestructive={!isOn}
        reason="required"
        reasonHint="Kept in the audit log"
        onConfirm={(reason) => (isOn ? lift : engage).mutate({ reason })}
      />
    </Card>
  );
}

function Engaged({ stop }: { stop: EmergencyStop }) {
  return (
    <>
      <strong>On</strong>, engaged{" "}
      {stop.engaged_at === null ? null : <RelativeTime iso={stop.engaged_at} />} by{" "}
      {stop.engaged_by}: {stop.reason} No execution and no automatic rollback begins. People may
      still approve, and roll back by hand.
      {stop.held_count > 0 ? ` ${formatPlural(stop.held_count, "operation")} held.` : ""}
    </>
  );
}

function describeStop({ running_count: running }: EmergencyStop): string {
  const text =
    "No execution and no automatic rollback begins, and nothing is approved automatically, until an admin lifts it.";
  return running === 0
    ? text
    : `${text} ${formatPlural(running, "operation")} that the data product runs already will end.`;
}

function describeLift({ held_count: held }: EmergencyStop): string {
  return held === 0
    ? "Automation goes on. Nothing is waiting."
    : `Automation goes on: ${formatPlural(held, "operation")} will begin within about ten seconds.`;
}
