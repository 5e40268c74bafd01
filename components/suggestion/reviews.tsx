import { RelativeTime } from "@/components/common/clock";
import { Badge } from "@/components/ui/badge";
import type { Review } from "@/server/contracts";
import { formatPlural } from "@/server/format";

/** Who decided what. `isOpen`: a decision is still to come. */
export function Reviews({ reviews, isOpen }: { reviews: Review[]; isOpen: boolean }) {
  if (reviews.length === 0) {
    return (
      <p className="text-sm text-muted-foreground">
        {isOpen ? "Nobody has decided yet." : "There is no review."}
      </p>
    );
  }
  return (
    <ul className="grid gap-3 text-sm">
      {reviews.map((review) => (
        <li key={`${review.reviewer}:${review.at}`}>
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Badge tone={review.verdict === "approved" ? "positive" : "negative"}>
              {review.verdict}
            </Badge>
            <span className="break-all">{review.reviewer}</span>
            <RelativeTime iso={review.at} className="text-xs text-muted-foreground" />
          </p>
          <p className="mt-1 break-words text-muted-foreground">
            {review.reason === "" ? "No reason given." : review.reason}{" "}
            {review.verdict === "approved"
              ? `(${formatPlural(review.item_ids.length, "change")})`
              : null}
          </p>
        </li>
      ))}
    </ul>
  );
}
