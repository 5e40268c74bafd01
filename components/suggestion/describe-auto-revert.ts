import type { Operation } from "@/server/contracts";

interface AutoRevertText {
  tone: "warning" | "negative";
  title: string;
  text: string;
}

/** What became of the revert that the sidecar began by itself after a measured regression. */
export function describeAutoRevert(state: Operation["state"]): AutoRevertText {
  const measured = "The sidecar measured a regression after the execution";
  switch (state) {
    case "queued":
    case "executing":
      return {
        tone: "warning",
        title: "Reverting by itself: the live workload got slower",
        text: `${measured} and is restoring the former state.`,
      };
    case "failed":
      return {
        tone: "negative",
        title: "The live workload got slower, and the automatic revert failed",
        text: `${measured} and could not restore the former state: the change is still in place.`,
      };
    case "executed":
    case "verified":
    case "reverted":
      return {
        tone: "warning",
        title: "Reverted automatically: the live workload got slower",
        text: `${measured} and restored the former state.`,
      };
  }
}
