/** Names of customers whom the agent chose as a condition: the address carries their ids alone. */
const names = new Map<string, string>();

export function rememberName(id: string, name: string): void {
  names.set(id, name);
}

export function nameOf(id: string): string | undefined {
  return names.get(id);
}
