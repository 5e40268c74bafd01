export { createOldDatabase } from "./old-database";
export { createTestDatabase, type TestDatabase } from "./test-database";
