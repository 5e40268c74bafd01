"use client";
import { Facts } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import type { Model } from "@/server/contracts";
import { formatBytes, formatCount, formatMs, formatPlural } from "@/server/format";
import { ModelActions } from "./model-actions";
import { ModelEvaluation } from "./model-evaluation";

const TONES = { active: "positive", candidate: "info", retired: "neutral" } as const;

/** One registered model with how it did on families it never saw, beside its baseline and the rules. */
export function ModelCard({ model, canPromote }: { model: Model; canPromote: boolean }) {
  return (
    <article aria-label={`Model ${model.name}`} className="min-w-0">
      <Card>
        <CardHeader>
          <CardTitle className="flex flex-wrap items-center gap-2">
            {model.name} <Badge tone={TONES[model.state]}>{model.state}</Badge>
            {model.regressions.length > 0 ? <Badge tone="warning">regressions</Badge> : null}
          </CardTitle>
          <CardDescription className="font-mono break-all">
            {model.sha256.slice(0, 16)}
          </CardDescription>
        </CardHeader>
        <CardContent className="grid gap-4">
          <ModelFacts model={model} />
          <ModelEvaluation model={model} />
          <ModelActions model={model} canPromote={canPromote} />
        </CardContent>
      </Card>
    </article>
  );
}

function ModelFacts({ model }: { model: Model }) {
  const { trained_on: trained, evaluation } = model;
  return (
    <Facts
      facts={[
        {
          label: "Size",
          value: formatBytes(model.size_bytes),
          note: `${formatCount(model.parameters)} parameters, ${model.quantization}`,
        },
        {
          label: "Median latency",
          value: formatMs(evaluation.latency_ms.p50),
          note: `p95 ${formatMs(evaluation.latency_ms.p95)}`,
        },
        {
          label: "Trained on",
          value: trained.base_set,
          note: `${formatPlural(trained.outcomes, "outcome")}, ${formatPlural(trained.reviews, "review")}`,
        },
        {
          label: model.promoted_at === null ? "Registered" : "Promoted",
          value: <RelativeTime iso={model.promoted_at ?? model.created_at} />,
          note: `by ${model.promoted_by ?? model.created_by}`,
        },
      ]}
    />
  );
}
