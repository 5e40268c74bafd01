import type { Workload } from "../types";
import { events, eventsLarge } from "./events";
import { hits } from "./hits";
import { keyValue } from "./key-value";
import { nothingToGain } from "./nothing-to-gain";
import { projects } from "./projects";
import { star } from "./star";
import { tpch } from "./tpch";
import { wide } from "./wide";

/** Every workload, in the order they are run and shown. */
export const WORKLOADS: Workload[] = [
  tpch,
  star,
  hits,
  events,
  keyValue,
  wide,
  projects,
  nothingToGain,
  eventsLarge,
];
