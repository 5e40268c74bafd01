export const metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="mx-auto grid max-w-md gap-3 px-4 py-24 text-center">
      <h1 className="text-xl font-semibold">There is nothing here</h1>
      <p className="text-sm text-muted-foreground">
        The address may be mistyped. Everything there is to decide is in the inbox.
      </p>
      {/* Loads with every page: without the components of the others. */}
      <a
        href="/"
        className="justify-self-center rounded-md bg-primary px-4 py-2 text-sm font-medium text-primary-foreground"
      >
        Go to the inbox
      </a>
    </main>
  );
}
