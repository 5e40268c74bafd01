import { UnknownId } from "@/components/common/unknown-id";

export const metadata = { title: "Not found" };

export default function ConversationNotFound() {
  return <UnknownId kind="conversation" href="/conversations" />;
}
