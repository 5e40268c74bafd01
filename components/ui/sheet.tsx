"use client";
import type { ReactNode } from "react";
import { ModalHeading, ModalPanel, ModalScope } from "./modal";

/** A panel from the right edge. Focus is kept inside and given back on closing. */
export function Sheet(props: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  description: string;
  /** For more than a list of words. */
  isWide?: boolean;
  children: ReactNode;
}) {
  const width = props.isWide ? "w-[40rem] max-w-[94vw]" : "w-80 max-w-[85vw]";
  return (
    <ModalScope isOpen={props.isOpen} onOpenChange={props.onOpenChange}>
      <ModalPanel
        className={`fixed inset-y-0 right-0 left-auto flex h-dvh max-h-none flex-col gap-4 overflow-y-auto border-y-0 border-r-0 p-5 ${width}`}
      >
        <ModalHeading title={props.title} description={props.description} />
        {props.children}
      </ModalPanel>
    </ModalScope>
  );
}
