export { writePrivateJson } from "./private-file";
export { ensureSecrets, readSecrets, type Secrets, writeSecrets } from "./secrets";
