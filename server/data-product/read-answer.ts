import type { ProductPlace } from "@/server/contracts";
import { productError } from "./product-error";

/** A good answer, the place it came from, and the signal that bounds the whole call, reading included. */
export interface GoodAnswer {
  response: Response;
  place: ProductPlace;
  signal: AbortSignal;
}

/** 5,000 shapes with 500 latencies each are about 20 MB. */
const JSON_BYTES_MAX = 64 * 1_048_576;

/** The body as text; null: it is longer, and the rest is not read. Throws when the answer breaks off. */
export async function readBounded(response: Response, bytesMax: number): Promise<string | null> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The answer's JSON. Throws `wrong_content_type`, `too_large`, `invalid_json`. */
export async function readJson({ response, place }: GoodAnswer): Promise<unknown> {
  checkContentType({ response, place }, /^application\/(json|[\w.-]+\+json)$/, "application/json");
  const text = await readBounded(response, JSON_BYTES_MAX);
  if (text === null) {
    const what = `the answer has more than ${JSON_BYTES_MAX / 1_048_576} MB`;
    throw productError(place, "too_large", { what });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === "" ? "the answer is empty" : "the answer is not valid JSON";
    throw productError(place, "invalid_json", { what, cause });
  }
}

/** Of an answer that names no content type nothing is said: its content decides. */
export function checkContentType(
  { response, place }: Pick<GoodAnswer, "response" | "place">,
  isRight: RegExp,
  wanted: string,
): void {
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type === undefined || type === "" || isRight.test(type)) return;
  const found = /^[\w.+/-]{1,60}$/.test(type) ? type : "something else";
  throw productError(place, "wrong_content_type", { what: `answered ${found}, not ${wanted}` });
}
