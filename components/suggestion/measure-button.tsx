"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { FlaskConicalIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import { toastError } from "@/components/common/action-handlers";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import type { Change, RequestableChange, SuggestionItem } from "@/server/contracts";

/** Another text for a query is the developers' to make: everything else may be asked to be tested. */
const isRequestable = (change: Change): change is RequestableChange =>
  change.kind !== "rewrite_query";

interface MeasureButtonProps {
  items: readonly SuggestionItem[];
  /** null: of a request alone; the sidecar's own product is asked then. */
  productId: string | null;
  label: string;
  variant?: "default" | "outline";
}

/** Has named changes tested on a shadow copy, and leads to what comes of it. */
export function MeasureButton({
  items,
  productId,
  label,
  variant = "outline",
}: MeasureButtonProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const canMeasure = useCanMeasure(items, productId);
  const request = useMutation(
    trpc.suggestions.requestChange.mutationOptions({
      onSuccess: ({ suggestion_id: id }) => router.push(`/suggestions/${id}`),
      onError: toastError,
    }),
  );
  if (!canMeasure) return null;
  const changes = items.map(({ change }) => change).filter(isRequestable);
  const product = productId === null ? {} : { product_id: productId };
  return (
    <Button
      variant={variant}
      className="w-fit"
      disabled={request.isPending || request.isSuccess}
      onClick={() => request.mutate({ ...product, changes, reason: label })}
    >
      <FlaskConicalIcon aria-hidden /> {request.isPending ? "Starting…" : label}
    </Button>
  );
}

/** Whether this person may, all of it can be tested, and a product with these tables is there. */
function useCanMeasure(items: readonly SuggestionItem[], productId: string | null): boolean {
  const trpc = useTRPC();
  const isAllowed = useCan("suggestion.analyze");
  const isPossible =
    isAllowed && items.length > 0 && items.every(({ change }) => isRequestable(change));
  const { data } = useQuery({ ...trpc.product.overview.queryOptions(), enabled: isPossible });
  if (!isPossible || data == null) return false;
  if (productId !== null && data.product_id !== productId) return false;
  const tables = new Set(data.schema?.tables.map(({ name }) => name));
  return items.every(({ table }) => tables.has(table));
}
