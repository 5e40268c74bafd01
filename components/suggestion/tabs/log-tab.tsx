import { ProofLogPanel } from "../proof-log-panel";
import type { TabProps } from "../tab-props";

export default function LogTab({ suggestion }: TabProps) {
  return <ProofLogPanel suggestion={suggestion} />;
}
