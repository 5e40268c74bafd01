/**
 * Probabilities with each property's temperature T applied: p^(1/T), renormalized (temperature
 * scaling: Guo et al. 2017, On Calibration of Modern Neural Networks). The order of choices stays.
 */
export function calibrate(
  probabilities: Record<string, Record<string, number>>,
  task: string | undefined,
  temperatures: Readonly<Record<string, number>>,
): Record<string, Record<string, number>> {
  const scaled = Object.entries(probabilities).map(([property, choices]) => {
    const temperature = temperatures[`${task}.${property}`] ?? 1;
    if (temperature === 1) return [property, choices] as const;
    const powers = Object.entries(choices).map(
      ([choice, p]) => [choice, p ** (1 / temperature)] as const,
    );
    const sum = powers.reduce((total, [, power]) => total + power, 0);
    return [
      property,
      Object.fromEntries(powers.map(([choice, power]) => [choice, power / sum])),
    ] as const;
  });
  return Object.fromEntries(scaled);
}
