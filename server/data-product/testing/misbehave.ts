import type { RequestListener } from "node:http";
import { expect } from "vitest";
import { PRODUCT_FAULTS, type ProductFault, type ProductFaultCode } from "@/server/contracts";
import { limitCalls } from "../limit-calls";
import type { DataProduct } from "../port";
import { faultOf } from "../product-error";

export const status =
  (code: number, body: unknown = {}, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(code, { "content-type": "application/problem+json", ...headers });
    response.end(JSON.stringify(body));
  };
export const text =
  (body: string, type = "application/json"): RequestListener =>
  (_, response) => {
    response.writeHead(200, { "content-type": type });
    response.end(body);
  };
export const hang: RequestListener = () => {};
export const trickle: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.write("{");
};
export const breakOff: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
  response.write("{", () => response.destroy());
};
export const hangUp: RequestListener = (request) => request.socket.destroy();
export const endless: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const block = Buffer.alloc(1_048_576, " ");
  const more = () => {
    while (!response.destroyed && response.write(block));
  };
  response.on("drain", more);
  more();
};
/** One fault: what the product does, the code, the field, and what the sentence says of it. */
export type FaultCase = [string, RequestListener, ProductFaultCode, string | null, RegExp];

/** Within half a second, so that a silent product does not hold a test up. */
export const within = (product: DataProduct) => limitCalls(product, AbortSignal.timeout(500));

/** The fault that a call ends with; the error that carries it has the code of the table. */
export async function faultIn(ask: () => Promise<unknown>): Promise<ProductFault> {
  const error = await ask().then(
    () => expect.fail("nothing was wrong"),
    (thrown: unknown) => thrown,
  );
  const fault = faultOf(error);
  if (fault === null) throw error;
  expect(error).toMatchObject({ code: PRODUCT_FAULTS[fault.code].error });
  return fault;
}
