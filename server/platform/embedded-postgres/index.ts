export { type PostgresAccount, postgresAccount } from "./account";
export { postgresBinaries } from "./binaries";
export { postgresCommand, postgresUrl } from "./command";
export { initialiseCluster } from "./initialise";
export { clearLeftover } from "./leftover";
export { assertReachable } from "./reachable";
export { freePort, startTemporaryPostgres } from "./temporary";
export { postgresAnswers } from "./wait";
