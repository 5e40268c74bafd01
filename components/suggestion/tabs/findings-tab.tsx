import { FindingsPanel } from "@/components/findings/findings-panel";
import { Section } from "../frame";
import type { TabProps } from "../tab-props";

/** What was seen in the data beside the candidates. */
export default function FindingsTab({ suggestion }: TabProps) {
  const where =
    suggestion.basis === "measured" ? "while testing on the shadow copy" : "in the request";
  return (
    <Section
      id="findings"
      title="Data quality findings"
      description={`Found ${where}. The sidecar does not change these; your team can.`}
    >
      <FindingsPanel findings={suggestion.findings} />
    </Section>
  );
}
