import type { Field, TypePart } from "./schema-shape";

/** A type in one line; named shapes lead to their section. */
export function TypeText({ parts }: { parts: TypePart[] }) {
  return (
    <code className="font-mono text-xs break-words text-muted-foreground">
      {parts.map((part, i) => {
        // Parts never move, so their place is their identity.
        const key = `${i}`;
        return "schema" in part ? (
          <a key={key} href={`#schema-${part.schema}`} className="text-primary underline">
            {part.schema}
          </a>
        ) : (
          <span key={key}>{part.text}</span>
        );
      })}
    </code>
  );
}

/** The fields of a shape as a nested list. */
export function FieldList({ fields }: { fields: Field[] }) {
  if (fields.length === 0) return null;
  return (
    <ul className="mt-2 space-y-2 border-l border-border pl-4">
      {fields.map((field) => (
        <li key={field.name}>
          <span className="font-mono text-sm font-medium">{field.name}</span>
          <span className="ml-2 text-xs text-muted-foreground">
            {field.isRequired ? "required" : "optional"}
          </span>
          <span className="ml-2">
            <TypeText parts={field.type} />
          </span>
          {field.description === "" ? null : (
            <p className="text-sm text-muted-foreground">{field.description}</p>
          )}
          <FieldList fields={field.fields} />
        </li>
      ))}
    </ul>
  );
}
