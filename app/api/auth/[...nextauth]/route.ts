import NextAuth from "next-auth";
import { authOptions } from "@/server/identity";
import { webRoot } from "@/server/platform";

type Context = { params: Promise<{ nextauth: string[] }> };

/** Made at a request, not at import: a build has no secret. */
const handle = (request: Request, context: Context) =>
  NextAuth(authOptions({ ctx: webRoot() }))(request, context);

export { handle as GET, handle as POST };
