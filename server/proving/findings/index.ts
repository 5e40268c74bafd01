export { collectFindings } from "./collect-findings";
