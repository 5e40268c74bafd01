import type { z } from "zod";
import {
  describeProductFault,
  PRODUCT_FAULTS,
  ProductFault,
  type ProductFaultCode,
  type ProductPlace,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { DataProduct } from "./port";

/** A place that calls are made to; credentials in the address are not part of it. */
export function placeOf(baseUrl: string, route: string): ProductPlace {
  const url = new URL(baseUrl);
  return { address: `${url.origin}${url.pathname.replace(/\/$/, "")}`, route };
}

/** Of a product that may be none that is reached by HTTP. */
export const placeFor = (
  { baseUrl = "http://data-product" }: Pick<DataProduct, "baseUrl">,
  route: string,
): ProductPlace => placeOf(baseUrl, route);

interface FaultFound {
  /** What is wrong, to follow the address: "answered 401". No value that the product sent. */
  what: string;
  field?: string | undefined;
  /** The product's own words, or DuckDB's of what it sent. */
  said?: string | null;
  cause?: unknown;
  details?: Record<string, unknown>;
}

/** A fault of the product as the error that verbs throw, its own words included; `faultOf` reads it back. */
export function productError(
  place: ProductPlace,
  code: ProductFaultCode,
  { cause, details, ...found }: FaultFound,
): AppError {
  const fault = describeProductFault(place, { code, ...found });
  return new AppError(PRODUCT_FAULTS[code].error, faultText(fault), {
    cause,
    details: { ...details, fault },
  });
}

/** A fault with the product's own words. */
export function faultText({ message, said }: ProductFault): string {
  return said === null ? message : `${message} Details: ${said}`;
}

/** The fault that an error tells of; null: it is about something else. */
export function faultOf(error: unknown): ProductFault | null {
  if (!(error instanceof AppError)) return null;
  const parsed = ProductFault.safeParse(error.details?.fault);
  return parsed.success ? parsed.data : null;
}

type Issue = z.core.$ZodIssue;

/** Of an answer that breaks its schema: the first field that does, and how many more. */
export function wrongField(place: ProductPlace, { issues }: z.core.$ZodError): AppError {
  const { path, message } = firstFault(issues);
  const others = new Set(issues.map((each) => fieldOf(each.path))).size - 1;
  const more = others > 0 ? ` (${others} more)` : "";
  return productError(place, "wrong_field", { field: fieldOf(path), what: `${message}${more}` });
}

/** The first field that is wrong. Of two limits that it exceeds, the narrower one comes last. */
export function firstFault(issues: readonly Issue[]): { path: PropertyKey[]; message: string } {
  const [first] = issues;
  if (first === undefined) return { path: [], message: "invalid" };
  const isSame = ({ code, path }: Issue) =>
    code === first.code && fieldOf(path) === fieldOf(first.path);
  const fault = issues.findLast(isSame) ?? first;
  return { path: [...fault.path], message: fault.message };
}

/** `tables[0].columns[2].type`; the whole answer has the path `(answer)`. */
export function fieldOf(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  return text === "" ? "(answer)" : text.replace(/^\./, "");
}
