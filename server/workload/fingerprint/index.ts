export { canonicalText } from "./canonical";
