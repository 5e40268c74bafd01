import Link from "next/link";
import { Button } from "@/components/ui/button";

export const metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="mx-auto grid max-w-md gap-3 px-4 py-24 text-center">
      <h1 className="text-xl font-semibold">There is nothing here</h1>
      <p className="text-sm text-muted-foreground">
        The address may be mistyped. Everything there is to decide is in the inbox.
      </p>
      <Button asChild className="justify-self-center">
        <Link href="/">Go to the inbox</Link>
      </Button>
    </main>
  );
}
