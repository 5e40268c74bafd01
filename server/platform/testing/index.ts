export { createOldDatabase } from "./old-database";
export { sourceFiles } from "./source-files";
export { createTestDatabase, type TestDatabase } from "./test-database";
