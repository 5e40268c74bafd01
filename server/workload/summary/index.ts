export { summarizeQuery } from "./summarize-query";
