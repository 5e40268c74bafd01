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
    (["get", "post"] as const).flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

function Contents({ operations }: { operations: ReturnType<typeof operationsOf> }) {
  return (
    <nav aria-label="Routes" className="mt-6">
      <ul className="grid gap-1 sm:grid-cols-2">
        {operations.map(({ method, path, operation }) => (
          <li key={operation.operationId} className="min-w-0 text-sm">
            <a className="text-primary underline" href={`#${operation.operationId}`}>
              {operation.summary}
            </a>{" "}
            <code className="font-mono text-xs break-all text-muted-foreground">
              {method.toUpperCase()} {path}
            </code>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function ErrorCodes() {
  return (
    <section className="mt-10">
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
  return (
    <main className="mx-auto max-w-4xl px-4 py-8">
      <h1 className="text-2xl font-semibold">{document.info.title}: API reference</h1>
      <Prose text={document.info.description ?? ""} />
      <p className="mt-2 text-sm">
        The same as{" "}
        <a className="text-primary underline" href="/openapi.json">
          OpenAPI {document.openapi}
        </a>
        , for programs.
      </p>
      <Contents operations={operations} />
      <div className="mt-8 space-y-4">
        {operations.map((entry) => (
          <Operation key={entry.operation.operationId} {...entry} />
        ))}
      </div>
      <ErrorCodes />
      <Shapes schemas={document.components?.schemas ?? {}} />
    </main>
  );
}
