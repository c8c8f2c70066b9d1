/** Lines such as `industry = $.company.industry`, each cut at the first sign. */
export function pairsOf(text: string, sign: "=" | ":"): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const at = line.indexOf(sign);
    const name = line.slice(0, at).trim();
    if (at > 0 && name) pairs[name] = line.slice(at + 1).trim();
  }
  return pairs;
}

export const writtenPairs = (pairs: Record<string, string>) =>
  Object.entries(pairs)
    .map(([name, value]) => `${name} = ${value}`)
    .join("\n");
