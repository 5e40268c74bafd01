export { readOwnAddress } from "./client/own-address";
export { brokerIdOf } from "./client/own-card";
export { type RunningDirectory, startDirectory } from "./client/start-directory";
export { findAgents, findPeers, getDirectory } from "./directory/read-directory";
export { refreshForUnknown } from "./directory/refresh-directory";
export {
  authenticateAgent,
  forgetUsedTokens,
  isAgentToken,
} from "./service/authenticate-agent";
export { enrolAgent } from "./service/enrol-agent";
export { endLease, expireLeases, removeAgent, renewLease } from "./service/leases";
export { listAgents, listDomains, readChanges } from "./service/read-agents";
export { registerAgent, updateAgent } from "./service/register-agent";
