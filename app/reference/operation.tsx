import { ScrollArea } from "@/components/common/blocks";
import { curlOf } from "./example";
import { FieldList, TypeText } from "./fields";
import { fieldsOf, type OperationObject, type Schemas, typeOf } from "./schema-shape";

type Answered = Extract<OperationObject["requestBody"], { content: unknown }>;

/** Prose with `code` in backquotes. */
export function Prose({ text }: { text: string }) {
  return text.split("\n\n").map((paragraph) => (
    <p key={paragraph} className="mt-2 text-sm">
      {paragraph.split("`").map((part, i) => {
        const key = `${i}`;
        return i % 2 === 0 ? (
          <span key={key}>{part}</span>
        ) : (
          <code key={key} className="rounded bg-muted px-1 font-mono text-xs">
            {part}
          </code>
        );
      })}
    </p>
  ));
}

function Content({ content }: { content: Answered["content"] | undefined }) {
  return Object.entries(content ?? {}).map(([mediaType, { schema }]) => (
    <div key={mediaType} className="mt-1 text-sm">
      <code className="font-mono text-xs">{mediaType}</code>{" "}
      {schema === undefined ? null : (
        <>
          <TypeText parts={typeOf(schema)} />
          <FieldList fields={fieldsOf(schema)} />
        </>
      )}
    </div>
  ));
}

function Parameters({ operation }: { operation: OperationObject }) {
  const parameters = (operation.parameters ?? []).filter((given) => "name" in given);
  if (parameters.length === 0) return null;
  return (
    <>
      <h4 className="mt-4 text-sm font-semibold">Parameters</h4>
      <ul className="mt-2 space-y-2">
        {parameters.map((parameter) => (
          <li key={`${parameter.in}-${parameter.name}`} className="text-sm">
            <span className="font-mono font-medium">{parameter.name}</span>
            <span className="ml-2 text-xs text-muted-foreground">
              {parameter.in}
              {parameter.required === true ? ", required" : ""}
            </span>{" "}
            {parameter.schema === undefined ? null : <TypeText parts={typeOf(parameter.schema)} />}
            {parameter.description === undefined ? null : <Prose text={parameter.description} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function Answers({ operation }: { operation: OperationObject }) {
  return (
    <>
      <h4 className="mt-4 text-sm font-semibold">Answers</h4>
      <ul className="mt-2 space-y-2">
        {Object.entries(operation.responses ?? {}).map(([status, answer]) => (
          <li key={status} className="flex gap-3 text-sm">
            <span className="mt-2 w-10 shrink-0 font-mono font-medium">{status}</span>
            <div className="min-w-0">
              <Prose text={answer.description ?? ""} />
              <Content content={"content" in answer ? answer.content : undefined} />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** One route: what it is for, what it takes, what it answers. */
export function Operation(props: {
  method: string;
  path: string;
  operation: OperationObject;
  schemas: Schemas;
}) {
  const { method, path, operation, schemas } = props;
  const body = operation.requestBody;
  return (
    <section
      id={operation.operationId}
      className="min-w-0 scroll-mt-6 rounded-lg border border-border bg-card p-5"
    >
      <h3 className="text-base font-semibold">{operation.summary}</h3>
      <p className="mt-1 font-mono text-sm break-all">
        <span className="mr-2 rounded bg-muted px-2 py-0.5 font-semibold uppercase">{method}</span>
        {path}
      </p>
      <Prose text={operation.description ?? ""} />
      <ScrollArea label="Example" className="mt-3 rounded-md border bg-muted/60 p-3 text-xs">
        {curlOf(props, schemas)}
      </ScrollArea>
      <Parameters operation={operation} />
      {body === undefined || !("content" in body) ? null : (
        <>
          <h4 className="mt-4 text-sm font-semibold">Body</h4>
          <Content content={body.content} />
        </>
      )}
      <Answers operation={operation} />
    </section>
  );
}
