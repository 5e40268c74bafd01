import { createHash } from "node:crypto";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
/** Namespace of derived ids: any fixed UUID, never to be changed. */
const NAMESPACE = Buffer.from("6f0c8f0e5a5b4c6d9d3a7b1e2c4f8a90", "hex");

/**
 * The UUID under which a message is stored. Protocol ids are free text, unique per sender only:
 * they become a version 5 UUID of sender and id (RFC 9562). An id that is a UUID stays.
 */
export function messageRecordId(senderAgentId: string, messageId: string): string {
  if (UUID.test(messageId)) return messageId.toLowerCase();
  const name = JSON.stringify([senderAgentId, messageId]);
  const bytes = createHash("sha1").update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
