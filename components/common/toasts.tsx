"use client";
import dynamic from "next/dynamic";

/** Where short notices appear. It loads after the page: there is nothing to say before. */
export const Toasts = dynamic(() => import("sonner").then((module) => module.Toaster), {
  ssr: false,
});

/** Says for a few seconds what was done. */
export function toastSuccess(text: string): void {
  void import("sonner").then(({ toast }) => toast.success(text));
}

/** Says for a few seconds what went wrong. */
export function toastFailure(title: string, message: string): void {
  void import("sonner").then(({ toast }) => toast.error(title, { description: message }));
}
