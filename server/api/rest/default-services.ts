import {
  analyze,
  approveSuggestion,
  getSuggestion,
  listSuggestions,
  rejectSuggestion,
  waitForSuggestion,
} from "@/server/decisions";
import { getOperation, requestExecution, requestRevert } from "@/server/execution";
import { authenticate } from "@/server/identity";
import { webRoot } from "@/server/platform";
import { createGate } from "./gate";
import type { RestServices, Verbs } from "./services";

const verbs: Verbs = {
  analyze,
  waitForSuggestion,
  getSuggestion,
  listSuggestions,
  approveSuggestion,
  rejectSuggestion,
  requestExecution,
  requestRevert,
  getOperation,
};

function create(): RestServices {
  const root = webRoot();
  const { REQUESTS_CONCURRENT_MAX: concurrentMax, REQUEST_BYTES_MAX } = root.settings;
  return {
    ...root,
    verbs,
    authenticate: (headers) => authenticate({ ctx: root, input: { headers } }),
    gates: { requests: createGate(concurrentMax), streams: createGate(concurrentMax) },
    requestBytesMax: REQUEST_BYTES_MAX,
    streamSecondsMax: 600,
    heartbeatSeconds: 15,
  };
}

// Next.js loads this module once per route bundle; the bounds must count the whole process.
const shared = globalThis as typeof globalThis & { sidecarRestServices?: RestServices };

/** This process's services, made at the first request. */
export function defaultServices(): RestServices {
  shared.sidecarRestServices ??= create();
  return shared.sidecarRestServices;
}
