import { processSlot } from "@/server/platform";
import { openTypeReader, type TypeReader } from "./type-reader";

/** The process's own, opened when it is first needed and kept. One that did not open is tried again. */
export function typeReader(): Promise<TypeReader> {
  const slot = processSlot<Promise<TypeReader>>("typeReader");
  slot.value ??= openTypeReader().catch((error: unknown) => {
    delete slot.value;
    throw error;
  });
  return slot.value;
}
