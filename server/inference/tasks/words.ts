/** `rows 9`: the magnitude of a count in half powers of ten, 0 for nothing. */
export function magnitude(value: number): number {
  return value < 1 ? 0 : Math.round(2 * Math.log10(value)) + 1;
}

/** A share 0..1 in ten steps of equal ratio: 0 nothing, 1 a ten-thousandth or less, 9 all. */
export function shareStep(share: number): number {
  if (share <= 0) return 0;
  return Math.max(1, Math.min(9, 9 + Math.round(2 * Math.log10(share))));
}

/** Milliseconds in half powers of ten from 0.1 ms on. */
export function durationStep(ms: number): number {
  return ms <= 0 ? 0 : Math.max(1, Math.round(2 * Math.log10(ms)) + 3);
}

/** A share 0..1 in tenths, 0..9. */
export function tenth(share: number): number {
  return Math.max(0, Math.min(9, Math.floor(share * 10)));
}

/** `word n` unless n is 0. */
export function counted(word: string, n: number): string {
  return n === 0 ? "" : `${word} ${n}`;
}

/** Words that are there, one blank between. */
export function sentence(words: readonly string[]): string {
  return words.filter((word) => word !== "").join(" ");
}

/** Foreign text in a prompt: one line, of bounded length, no control characters. */
export function foreign(text: string, lengthMax: number): string {
  return text
    .normalize("NFKC")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .slice(0, lengthMax);
}
