import {
  insertPortfolioProjects,
  insertPortfolios,
  insertProjects,
  UNIFORM_MACROS,
} from "./generate";
import { CREATE_PRODUCT_TABLES } from "./tables";

/** Statements that create and fill the demo product's tables; `dataEnd` (YYYY-MM-DD) is the last day. */
export function demoDataSql(rows: number, dataEnd: string): string[] {
  return [
    ...UNIFORM_MACROS,
    ...CREATE_PRODUCT_TABLES,
    insertProjects(rows, dataEnd),
    insertPortfolios(dataEnd),
    insertPortfolioProjects(rows, dataEnd),
  ];
}
