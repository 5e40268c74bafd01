"use client";
import { PageTitle } from "@/components/common/page-title";
import { InferencePanel } from "./inference-panel";
import { RegisteredModels } from "./registered-models";

/** The model that orders and estimates: how it does, and what could take its place. */
export function ModelView() {
  return (
    <>
      <PageTitle
        title="Model"
        lead="The model handles the tasks at which it beats the rules; the rules handle the rest. It decides nothing: every measured figure comes from a test run."
      />
      <div className="grid gap-5">
        <InferencePanel />
        <RegisteredModels />
      </div>
    </>
  );
}
