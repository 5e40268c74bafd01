"use client";
import { Button } from "@/components/ui/button";

export default function RootError({ retry }: { error: Error; retry: () => void }) {
  return (
    <main className="mx-auto grid max-w-md gap-3 px-4 py-24 text-center">
      <h1 className="text-xl font-semibold">The sidecar cannot show this page</h1>
      <p className="text-sm text-muted-foreground">
        Nothing was changed. The database may be starting or out of reach; try again in a moment.
      </p>
      <Button className="justify-self-center" onClick={retry}>
        Try again
      </Button>
    </main>
  );
}
