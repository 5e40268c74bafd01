import { formatBytes, formatCount, formatMs, formatPercent } from "@/server/format";

/** A number's name as a label, and the number in the unit that its name ends with. */
export function describeValue(name: string, value: number): { label: string; value: string } {
  const words = name.split("_");
  const unit = words.at(-1) ?? "";
  const format = FORMATS[unit] ?? (words[0] === "gain" ? formatPercent : formatCount);
  const label = (unit === "bytes" || unit === "ms" ? words.slice(0, -1) : words).join(" ");
  return { label: label.slice(0, 1).toUpperCase() + label.slice(1), value: format(value) };
}

const FORMATS: Record<string, (value: number) => string> = {
  bytes: formatBytes,
  ms: formatMs,
  share: formatPercent,
};
