export { createShapeParser } from "./parser";
export type {
  FilterFeature,
  NormalizedQuery,
  QueryShape,
  ShapeParser,
} from "./shape";
