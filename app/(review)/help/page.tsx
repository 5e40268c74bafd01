import { HelpView } from "@/components/help/help-view";

export const metadata = { title: "Help" };

export default function HelpPage() {
  return <HelpView />;
}
