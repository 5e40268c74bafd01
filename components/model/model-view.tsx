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
        lead="It answers what it is better at than the rules; they answer the rest. It decides nothing, and no figure shown as measured is its own."
      />
      <div className="grid gap-5">
        <InferencePanel />
        <RegisteredModels />
      </div>
    </>
  );
}
