import { handleSlackRequest } from "@/server/api/slack";
import { webRoot } from "@/server/platform";

/** The root is made at a request, not at import: a build has no settings. */
const handle = (request: Request) => handleSlackRequest(request, webRoot());

export {
  handle as DELETE,
  handle as GET,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
};
