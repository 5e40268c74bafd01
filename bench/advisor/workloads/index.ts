import type { Workload } from "../types";
import { nothingToGain } from "./nothing-to-gain";
import { tpch } from "./tpch";

/** Every workload, in the order they are run and shown. */
export const WORKLOADS: Workload[] = [tpch, nothingToGain];
