export { quoteIdentifier, quoteLiteral } from "./quote";
