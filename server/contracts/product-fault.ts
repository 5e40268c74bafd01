import { z } from "zod";
import type { ErrorCode } from "./errors";

/**
 * What can be wrong with a data product: one closed list. `error` is the code that a verb throws for it,
 * `advice` what mends it. Health, the workload page and `products check` say the same of each.
 */
export const PRODUCT_FAULTS = {
  no_connection: {
    error: "product_unreachable",
    advice: "Start the data product, or correct DATA_PRODUCT_API.",
  },
  connection_lost: {
    error: "product_unreachable",
    advice: "See the product's log: it closed the connection before its answer was complete.",
  },
  timed_out: {
    error: "product_timeout",
    advice:
      "Make this route faster. In a test run all calls share its time: give it more with PROOF_SECONDS_MAX.",
  },
  failed: { error: "product_unreachable", advice: "See the product's log." },
  token_refused: {
    error: "product_refused",
    advice:
      "Let the product verify tokens with the keys at the sidecar's /.well-known/jwks.json and with its own id as audience and AGENT_ID as subject, and compare both clocks.",
  },
  forbidden: {
    error: "product_refused",
    advice: "Let the product, and any proxy before it, pass calls that carry the sidecar's token.",
  },
  route_missing: {
    error: "product_refused",
    advice: "Serve this route, or set DATA_PRODUCT_API to the address below which /connector is.",
  },
  refused: {
    error: "product_refused",
    advice: "See the product's answer and its log.",
  },
  not_refused: {
    error: "product_invalid",
    advice:
      "Take one SELECT alone, and close file access (enable_external_access = false, lock_configuration = true).",
  },
  redirected: {
    error: "product_invalid",
    advice: "Set DATA_PRODUCT_API to the final address: the sidecar sends its token nowhere else.",
  },
  wrong_content_type: {
    error: "product_invalid",
    advice:
      "Set DATA_PRODUCT_API to the address below which /connector is, not to a page or a proxy's sign-in.",
  },
  invalid_json: { error: "product_invalid", advice: "Answer with one JSON document in UTF-8." },
  too_large: {
    error: "product_invalid",
    advice: "Tell fewer query shapes, latencies or samples.",
  },
  wrong_field: {
    error: "product_invalid",
    advice: "Correct this field as docs/connector.md says.",
  },
  wrong_product: {
    error: "product_invalid",
    advice: "Set DATA_PRODUCT_ID to the product's id, or DATA_PRODUCT_API to the right product.",
  },
  wrong_version: {
    error: "product_invalid",
    advice:
      "Update the older side: both must speak the same major version of the contract (docs/connector.md, Version).",
  },
  wrong_clock: {
    error: "product_invalid",
    advice: "Set both clocks by NTP, and send instants in UTC.",
  },
  wrong_fingerprint: {
    error: "product_invalid",
    advice: "Compute schema_fingerprint from the catalog alone, in a fixed order.",
  },
  stale_fingerprint: {
    error: "product_invalid",
    advice:
      "Compute schema_fingerprint live, from every table, column, constraint, index and view.",
  },
  wrong_data_version: {
    error: "product_invalid",
    advice: "Compute data_version in the same way for /connector/schema and for exports.",
  },
  wrong_file: {
    error: "product_invalid",
    advice: "Send one complete Parquet file, and count its rows in X-Rows.",
  },
  unreadable_rows: {
    error: "product_invalid",
    advice: "Export rows that fit the types and constraints told by /connector/schema.",
  },
  parts_left_out: {
    error: "product_invalid",
    advice: "Correct these parts as docs/connector.md says; all others are used.",
  },
  rows_left_out: {
    error: "product_invalid",
    advice: "Correct these rows as docs/connector.md says; all others are observed.",
  },
} as const satisfies Record<string, { error: ErrorCode; advice: string }>;

export type ProductFaultCode = keyof typeof PRODUCT_FAULTS;
export const ProductFaultCode = z.enum(
  Object.keys(PRODUCT_FAULTS) as [ProductFaultCode, ...ProductFaultCode[]],
);

/** One thing that is wrong with a data product, and what to do. */
export const ProductFault = z.object({
  code: ProductFaultCode,
  /** Address, route, field, what is wrong and what to do; no value that the product sent. */
  message: z.string(),
  /** `GET /connector/schema` */
  route: z.string(),
  /** `tables[0].columns[2].type`, `header X-Rows`; null: the answer as a whole. */
  field: z.string().nullable(),
  /** The product's own words, or DuckDB's of its data, cut; null: none. Not for callers who are not signed in. */
  said: z.string().nullable(),
});
export type ProductFault = z.infer<typeof ProductFault>;

/** Where a product was asked: its address without credentials, and method and path. */
export interface ProductPlace {
  address: string;
  route: string;
}

const SAID_LENGTH_MAX = 500;
const PART_LENGTH_MAX = 300;
const cut = (text: string, lengthMax: number) =>
  text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;

/** In one line that any store takes: a NUL or half of a character is not kept by PostgreSQL. */
export const plainText = (text: string) => text.replace(/[\p{Cc}\p{Cs}]+/gu, " ").trim();

/** A fault in its one wording. `what` follows the address and the field: "answered 401". */
export function describeProductFault(
  { address, route }: ProductPlace,
  fault: { code: ProductFaultCode; what: string; field?: string | undefined; said?: string | null },
): ProductFault {
  const { code, what, field = null, said = null } = fault;
  const [method = "", path = ""] = route.split(" ");
  const place = cut(`${method} ${address}${path}`, PART_LENGTH_MAX);
  const subject = field === null ? place : `${place}, ${cut(field, PART_LENGTH_MAX)}`;
  return {
    code,
    message: `${subject}: ${cut(what, PART_LENGTH_MAX)}. ${PRODUCT_FAULTS[code].advice}`,
    route: cut(route, PART_LENGTH_MAX),
    field: field === null ? null : cut(field, PART_LENGTH_MAX),
    said: said === null ? null : plainText(cut(said, SAID_LENGTH_MAX)),
  };
}
