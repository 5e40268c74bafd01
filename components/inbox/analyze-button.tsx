"use client";
import { useMutation } from "@tanstack/react-query";
import { SearchCheckIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { explainError } from "@/components/common/explain-error";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";

/** Asks for an analysis of the sidecar's own product, and opens its proof. */
export function AnalyzeButton() {
  const trpc = useTRPC();
  const router = useRouter();
  const analyze = useMutation(
    trpc.suggestions.analyze.mutationOptions({
      onSuccess: (suggestion) => router.push(`/suggestions/${suggestion.suggestion_id}`),
      onError: (error) => {
        const { title, message } = explainError(error);
        toast.error(title, { description: message });
      },
    }),
  );
  if (!useCan("suggestion.analyze")) return null;
  return (
    <Button
      disabled={analyze.isPending}
      onClick={() => analyze.mutate({ operation_type: "schema_optimization", context: {} })}
    >
      <SearchCheckIcon aria-hidden />
      {analyze.isPending ? "Analyzing…" : "Analyze now"}
    </Button>
  );
}
