export { canonicalType } from "./canonical-type";
export { changeStatement } from "./change-statement";
export { holdsWord } from "./holds-word";
export { newNameFault } from "./new-name";
export { KEYWORDS, quoteIdentifier, quoteLiteral } from "./quote";
export { readChangeStatement } from "./read-change-statement";
export { joinTokens, type WriteToken, writeTokens } from "./tokens";
