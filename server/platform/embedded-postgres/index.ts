export { type PostgresAccount, postgresAccount } from "./account";
export { initialiseCluster, postgresCommand, postgresUrl } from "./cluster";
export { placeCluster } from "./place-cluster";
export { postgresPrograms } from "./programs";
export { clearLeftover, postgresAnswers } from "./running";
export { freePort, startTemporaryPostgres, type TemporaryPostgres } from "./temporary";
