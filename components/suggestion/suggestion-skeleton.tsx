import { Skeleton } from "@/components/ui/skeleton";

/** The suggestion page's frame before its content. */
export function SuggestionSkeleton() {
  return (
    <div className="grid gap-6" aria-hidden>
      <div className="grid gap-4">
        <Skeleton className="h-5 w-16" />
        <Skeleton className="h-7 w-2/3" />
        <Skeleton className="h-10 w-full max-w-xl" />
      </div>
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Skeleton className="h-72 rounded-lg lg:col-start-2" />
        <Skeleton className="h-[40rem] rounded-lg lg:col-start-1 lg:row-start-1" />
      </div>
    </div>
  );
}
