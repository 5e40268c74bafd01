import { Fragment } from "react";

/** A title as the sidecar writes it, names between backticks set as code: "Add index on `t.c`". */
export function CodeText({ text }: { text: string }) {
  // A backtick without a partner stays as it is.
  return text.split(/`([^`]+)`/).map((part, index) => {
    const key = `${index}:${part}`;
    if (index % 2 === 0) return <Fragment key={key}>{part}</Fragment>;
    return (
      <code key={key} className="font-mono text-[0.95em]">
        {part}
      </code>
    );
  });
}
