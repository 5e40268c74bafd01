/** Types that group by what a reader sees: no signed zeros, no months of 30 days, nothing nested. */
const KEY_TYPE =
  /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(.*\)|VARCHAR|UUID|DATE|TIME|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE|ENUM\(.*\))$/s;
/**
 * Types whose sums of sums have the type and the value of the sum, and that no number of rows makes
 * overflow: not HUGEINT, nor decimals of more than 27 digits.
 */
const SUM_TYPE =
  /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT)|DECIMAL\((\d|1\d|2[0-7]),\d+\)|FLOAT|DOUBLE)$/;

export const isKeyType = (type: string | undefined): boolean => KEY_TYPE.test(type ?? "");
export const isSumType = (type: string | undefined): boolean => SUM_TYPE.test(type ?? "");
