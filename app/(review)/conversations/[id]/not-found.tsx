import Link from "next/link";
import { Empty } from "@/components/common/blocks";

export const metadata = { title: "Not found" };

export default function ConversationNotFound() {
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <Empty title="There is no such conversation">
        The link may be old or mistyped.{" "}
        <Link href="/conversations" className="text-primary underline">
          See all conversations
        </Link>
      </Empty>
    </>
  );
}
