export { findInjection, findInjections } from "./find-injections";
export { foreignTexts, type PlacedText } from "./foreign-texts";
export { visibleText } from "./visible-text";
