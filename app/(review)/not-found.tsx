import { UnknownId } from "@/components/common/unknown-id";

export const metadata = { title: "Not found" };

export default function SuggestionNotFound() {
  return <UnknownId kind="suggestion" href="/?tab=all" />;
}
