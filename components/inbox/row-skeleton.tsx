import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";

const ROWS = ["a", "b", "c", "d"];

/** As high as the rows that will come. */
export function RowsSkeleton() {
  return (
    <Card className="divide-y" aria-hidden>
      {ROWS.map((row) => (
        <div key={row} className="grid h-20 content-center gap-2 px-5">
          <Skeleton className="h-4 w-2/3" />
          <Skeleton className="h-4 w-1/3" />
        </div>
      ))}
    </Card>
  );
}
