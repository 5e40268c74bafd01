import Link from "next/link";
import type { ReactNode } from "react";
import type { Suggestion } from "@/server/contracts";

type Edited = Pick<Suggestion, "edited_from" | "edits" | "state">;

/** From an edited version to what it was made of, and back. */
export function EditLinks({ edited_from: from, edits, state }: Edited): ReactNode {
  return (
    <div className="mt-2 grid gap-1 text-sm">
      {from === null ? null : (
        <p>
          Edited from <SuggestionLink id={from} />
          {state === "proving" || state === "pending" ? ". Approving this one supersedes it." : "."}
        </p>
      )}
      {edits.map((id) => (
        <p key={id}>
          Edited version: <SuggestionLink id={id} />.
        </p>
      ))}
    </div>
  );
}

function SuggestionLink({ id }: { id: string }) {
  return (
    <Link href={`/suggestions/${id}`} className="break-all text-primary underline">
      {id}
    </Link>
  );
}
