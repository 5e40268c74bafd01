"use client";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { ROW_HEIGHT_PX, RowList, type RowsProps } from "./row-list";

/** From so many rows before the end the next page is loaded. */
const NEAR_END_ROWS = 10;

/** Only the rows in view are in the document: a list of 10,000 scrolls as one of ten. */
export function VirtualRows({ rows, listRef, current, onFocus, selection, onNearEnd }: RowsProps) {
  const scrollMargin = useDistanceFromTop(listRef);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => rows[index]?.suggestion_id ?? index,
    overscan: 8,
    scrollMargin,
  });
  const places = virtualizer
    .getVirtualItems()
    .map(({ index, start }) => ({ index, top: start - scrollMargin }));
  const lastShown = places.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= rows.length - NEAR_END_ROWS) onNearEnd();
  }, [lastShown, rows.length, onNearEnd]);
  // Of the rows as they are when the current one changes: rows that come in later move no focus.
  const latestRows = useRef(rows);
  useEffect(() => {
    latestRows.current = rows;
  }, [rows]);
  useEffect(() => {
    if (current.hasFocus) return;
    const index = latestRows.current.findIndex((row) => row.suggestion_id === current.id);
    if (index === -1) return;
    virtualizer.scrollToIndex(index, { align: "auto" });
    // The row may have to be rendered first.
    const frame = requestAnimationFrame(() =>
      listRef.current
        ?.querySelector<HTMLElement>("[data-current] a")
        ?.focus({ preventScroll: true }),
    );
    return () => cancelAnimationFrame(frame);
  }, [current, virtualizer, listRef]);
  return (
    <RowList
      rows={rows}
      listRef={listRef}
      current={current}
      onFocus={onFocus}
      selection={selection}
      places={places}
      height={virtualizer.getTotalSize()}
      rowRef={virtualizer.measureElement}
    />
  );
}

/** How far below the document's top an element begins, px; kept true while what is above it changes. */
function useDistanceFromTop(ref: RefObject<HTMLElement | null>): number {
  const [distance, setDistance] = useState(0);
  useLayoutEffect(() => {
    const measure = () =>
      setDistance((ref.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [ref]);
  return distance;
}
