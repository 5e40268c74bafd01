import type { Tone } from "@/components/ui/badge";
import type { EvidenceGrade, RiskLevel } from "@/server/contracts";

export const RISK_TONES: Record<RiskLevel, Tone> = {
  low: "positive",
  medium: "warning",
  high: "negative",
};

export const GRADE_TONES: Record<EvidenceGrade, Tone> = {
  strong: "positive",
  fair: "info",
  weak: "warning",
};
