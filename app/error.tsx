"use client";
import { Button } from "@/components/ui/button";

export default function RootError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="mx-auto grid max-w-md gap-3 px-4 py-24 text-center">
      <h1 className="text-xl font-semibold">The sidecar cannot show this page</h1>
      <p className="text-sm text-muted-foreground">
        Nothing was changed. The database may be starting or out of reach; try again in a moment.
      </p>
      <Button className="justify-self-center" onClick={reset}>
        Try again
      </Button>
    </main>
  );
}
