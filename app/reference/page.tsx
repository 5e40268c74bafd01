import type { Metadata } from "next";
import { type OpenApiDocument, openApiDocument } from "@/server/api/rest";
import { PROBLEMS } from "@/server/contracts";
import { FieldList, TypeText } from "./fields";
import { Operation, Prose } from "./operation";
import { fieldsOf, type Schemas, typeOf } from "./schema-shape";

export const metadata: Metadata = {
  title: "API reference",
  description: "Every route, shape and error code of the agent's REST interface.",
};

function operationsOf(document: OpenApiDocument) {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    (["get", "post", "put", "patch", "delete"] as const).flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

/** Beside the routes on wide screens, folded above them on narrow ones. */
function Contents({ operations }: { operations: ReturnType<typeof operationsOf> }) {
  const links = (
    <ul className="grid gap-2 text-sm">
      {operations.map(({ method, path, operation }) => (
        <li key={operation.operationId} className="min-w-0">
          <a className="text-primary underline" href={`#${operation.operationId}`}>
            {operation.summary}
          </a>
          <code className="block font-mono text-xs break-all text-muted-foreground">
            {method.toUpperCase()} {path}
          </code>
        </li>
      ))}
      <li>
        <a className="text-primary underline" href="#errors">
          Error codes
        </a>
      </li>
      <li>
        <a className="text-primary underline" href="#shapes">
          Shapes
        </a>
      </li>
    </ul>
  );
  return (
    <nav aria-label="Routes">
      <details className="rounded-lg border border-border bg-card p-4 lg:hidden">
        <summary className="text-sm font-medium">Routes</summary>
        <div className="mt-3">{links}</div>
      </details>
      <div className="sticky top-0 hidden max-h-dvh overflow-y-auto py-6 pr-2 lg:block">
        {links}
      </div>
    </nav>
  );
}

function ErrorCodes() {
  return (
    <section id="errors" className="mt-10">
      <h2 className="text-lg font-semibold">Error codes</h2>
      <ul className="mt-3 space-y-1 text-sm">
        {Object.entries(PROBLEMS).map(([code, { status, meaning }]) => (
          <li key={code} id={`error-${code}`}>
            <code className="font-mono">{code}</code>: {status}. {meaning}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Shapes({ schemas }: { schemas: Schemas }) {
  return (
    <section className="mt-10 space-y-4">
      <h2 className="text-lg font-semibold">Shapes</h2>
      {Object.entries(schemas).map(([name, schema]) => (
        <section
          key={name}
          id={`schema-${name}`}
          className="rounded-lg border border-border bg-card p-5"
        >
          <h3 className="font-mono text-base font-semibold">{name}</h3>
          <TypeText parts={typeOf(schema)} />
          <FieldList fields={fieldsOf(schema)} />
        </section>
      ))}
    </section>
  );
}

/** The API reference, rendered from the very document that /openapi.json publishes. */
export default function ReferencePage() {
  const document = openApiDocument();
  const operations = operationsOf(document);
  const schemas = document.components?.schemas ?? {};
  return (
    <main className="mx-auto grid max-w-7xl grid-cols-1 gap-x-10 gap-y-6 px-4 py-8 sm:px-6 lg:grid-cols-[18rem_minmax(0,1fr)]">
      <div className="lg:col-span-2">
        <a className="text-sm text-primary underline" href="/">
          Back to the sidecar
        </a>
        <h1 className="mt-2 text-2xl font-semibold">{document.info.title}: API reference</h1>
        <Prose text={document.info.description ?? ""} />
        <p className="mt-2 text-sm">
          The same as{" "}
          <a className="text-primary underline" href="/openapi.json">
            OpenAPI {document.openapi}
          </a>
          , for programs. In the examples <code>$SIDECAR</code> is the address of this sidecar and{" "}
          <code>$TOKEN</code> a token or an API key.
        </p>
      </div>
      <Contents operations={operations} />
      <div className="min-w-0">
        <div className="space-y-4">
          {operations.map((entry) => (
            <Operation key={entry.operation.operationId} {...entry} schemas={schemas} />
          ))}
        </div>
        <ErrorCodes />
        <Shapes schemas={schemas} />
      </div>
    </main>
  );
}
