import Link from "next/link";
import { Empty } from "@/components/common/blocks";

export const metadata = { title: "Not found" };

export default function SuggestionNotFound() {
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <Empty title="There is no such suggestion">
        The link may be old or mistyped.{" "}
        <Link href="/?tab=all" className="text-primary underline">
          See all suggestions
        </Link>
      </Empty>
    </>
  );
}
