"use client";
export default function RootError({ retry }: { error: Error; retry: () => void }) {
  return (
    <main className="mx-auto grid max-w-md gap-3 px-4 py-24 text-center">
      <h1 className="text-xl font-semibold">The sidecar cannot show this page</h1>
      <p className="text-sm text-muted-foreground">
        Nothing was changed. The database may be starting or out of reach; try again in a moment.
      </p>
      {/* Loads with every page: without the components of the others. */}
      <button
        type="button"
        className="h-9 justify-self-center rounded-md bg-primary px-4 text-sm font-medium text-primary-foreground"
        onClick={retry}
      >
        Try again
      </button>
    </main>
  );
}
