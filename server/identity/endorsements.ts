import { type KeyObject, sign } from "node:crypto";
import { PublicKey } from "@/server/contracts";
import { signingInput, verifyDetached } from "./detached-jws";

/** Keeps endorsements apart from everything else that a key signs. */
const TYPE = "key-endorsement";

const encode = (text: string) => Buffer.from(text).toString("base64url");

/**
 * A compact JWS by which a key vouches for its successor: whoever knows the one can know the other,
 * although the private half of the first is deleted when it is replaced.
 */
export function endorseKey(
  { kid, privateKey }: { kid: string; privateKey: KeyObject },
  successor: PublicKey,
): string {
  const header = encode(JSON.stringify({ alg: "EdDSA", kid, typ: TYPE }));
  const text = JSON.stringify(PublicKey.parse(successor));
  const signed = sign(null, signingInput(header, text), privateKey);
  return `${header}.${encode(text)}.${signed.toString("base64url")}`;
}

/** The key that an endorsement of one of these vouches for; null when it is none of theirs. */
function readEndorsement(keys: PublicKey[], endorsement: string): PublicKey | null {
  const [header = "", payload = "", signed = "", ...rest] = endorsement.split(".");
  if (rest.length > 0) return null;
  try {
    const text = Buffer.from(payload, "base64url").toString("utf8");
    verifyDetached({ keys }, { text, signature: `${header}..${signed}`, typ: TYPE });
    return PublicKey.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The known keys, and every one that they vouch for through any number of rotations. */
export function withEndorsed(known: PublicKey[], endorsements: readonly string[]): PublicKey[] {
  const keys = [...known];
  const isNew = (key: PublicKey) => keys.every(({ kid }) => kid !== key.kid);
  // Each turn but the last adds a key, so there are no more turns than endorsements.
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (const endorsement of endorsements) {
      const key = readEndorsement(keys, endorsement);
      if (key === null || !isNew(key)) continue;
      keys.push(key);
      isGrowing = true;
    }
  }
  return keys;
}
