export { readResults } from "./read-results";
