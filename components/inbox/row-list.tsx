import type { FocusEvent, RefObject } from "react";
import type { SuggestionSummary } from "@/server/contracts";
import { SuggestionRow } from "./suggestion-row";
import type { CurrentRow } from "./use-row-keys";
import type { Selection } from "./use-selection";

export interface RowsProps {
  rows: readonly SuggestionSummary[];
  listRef: RefObject<HTMLUListElement | null>;
  current: CurrentRow;
  onFocus: (event: FocusEvent) => void;
  selection: Selection;
  onNearEnd: () => void;
}

export const ROW_HEIGHT_PX = 84;
/** What the server sends, and the browser before it knows where the window is scrolled to. */
export const FIRST_ROWS = 20;

export interface Place {
  index: number;
  /** Below the list's top, px. */
  top: number;
}

const unmeasured = () => {};

/** These rows of the list, each where it belongs in a list of this height. */
export function RowList(
  props: Omit<RowsProps, "onNearEnd"> & {
    places: readonly Place[];
    /** px */
    height: number;
    rowRef?: (row: HTMLLIElement | null) => void;
  },
) {
  const { rows, current, selection } = props;
  return (
    <ul
      ref={props.listRef}
      onFocus={props.onFocus}
      className="relative"
      style={{ height: props.height }}
    >
      {props.places.map(({ index, top }) => {
        const summary = rows[index];
        if (summary === undefined) return null;
        return (
          <SuggestionRow
            key={summary.suggestion_id}
            ref={props.rowRef ?? unmeasured}
            index={index}
            count={rows.length}
            top={top}
            summary={summary}
            isCurrent={summary.suggestion_id === current.id}
            isTicked={selection.has(summary.suggestion_id)}
            onTick={selection.toggle}
          />
        );
      })}
    </ul>
  );
}
