// A map with at most 512 entries.

/** More entries than a session has MCP listings. */
const MAX_REMEMBERED = 512;

/** Sets an entry as the newest. If the map is full, removes and returns the oldest. */
export function remember<T>(map: Map<string, T>, key: string, value: T): T | undefined {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return undefined;
  const [oldest] = map.entries();
  if (oldest) map.delete(oldest[0]);
  return oldest?.[1];
}
