import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { Skeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <div className="grid gap-5" aria-hidden>
      <Skeleton className="h-12 w-72" />
      <Skeleton className="h-10 w-full" />
      <RowsSkeleton />
    </div>
  );
}
