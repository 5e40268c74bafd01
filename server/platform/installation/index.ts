export {
  ensureSecrets,
  readSecrets,
  type Secrets,
  writePrivateJson,
  writeSecrets,
} from "./secrets";
