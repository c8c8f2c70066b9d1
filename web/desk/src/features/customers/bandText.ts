/** A band of probability, such as 95–99%. */
export function bandText(least: number, below?: number | null): string {
  return `${Math.round(least * 100)}–${Math.round((below ?? 1) * 100)}%`;
}
