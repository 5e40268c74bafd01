import { sql } from "drizzle-orm";
import type { Transaction } from "@/server/platform";

/** Punctuation that joins words in names and SQL; a search replaces it likewise (`searchWords`). */
const PUNCTUATION = `._-:/()"'\`,;=<>[]{}@#$%&*+?!|\\~^`;

/**
 * Words of a search, as `search_text` holds them, for `to_tsquery('simple', …)`: each from its beginning,
 * all needed. null: the text has no word.
 */
export function searchWords(text: string): string | null {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  return words.length === 0 ? null : words.map((word) => `'${word}':*`).join(" & ");
}

/**
 * Writes what lists are ordered, narrowed and searched by from the suggestion's items: impact, kinds, risk,
 * words. To be called in every transaction that writes items or the evidence of a set.
 */
export async function refreshListing(tx: Transaction, suggestionId: string): Promise<void> {
  const spaces = " ".repeat(PUNCTUATION.length);
  await tx.execute(sql`
    update suggestions s set
      impact = case when s.basis = 'measured'
        then coalesce((s.set_evidence #>> '{workload,gain,value}')::float8, i.gain) end,
      kinds = i.kinds,
      risk_level = (array['low', 'medium', 'high'])[i.risk],
      search_text = translate(concat_ws(' ', s.id, s.product_id, i.words, d.context ->> 'table_name',
        d.context -> 'requested' ->> 'changes'), ${PUNCTUATION}, ${spaces})
    from agent_decisions d, (
      select
        (array_agg((evidence #>> '{workload,gain,value}')::float8 order by ordinal))[1] as gain,
        coalesce(array_agg(distinct candidate #>> '{change,kind}')
          filter (where candidate #>> '{change,kind}' is not null), '{}') as kinds,
        max(array_position(array['low', 'medium', 'high'], candidate #>> '{risk,level}')) as risk,
        string_agg(concat_ws(' ', candidate ->> 'title', candidate #>> '{change,table}',
          candidate #>> '{change,kind}'), ' ') as words
      from suggestion_items where suggestion_id = ${suggestionId} and role = 'suggested'
    ) i
    where s.id = ${suggestionId} and d.decision_id = s.decision_id`);
}
