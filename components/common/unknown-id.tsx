import Link from "next/link";
import { Empty } from "./blocks";

/** The page of an id that names nothing, with a way to all there are. */
export function UnknownId({ kind, href }: { kind: string; href: string }) {
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <Empty title={`There is no such ${kind}`}>
        The link may be old or mistyped.{" "}
        <Link href={href} className="text-primary underline">
          See all {kind}s
        </Link>
      </Empty>
    </>
  );
}
