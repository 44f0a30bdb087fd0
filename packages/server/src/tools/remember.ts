// A map with a bounded number of entries.

/** Entries at most: more than a session has MCP listings. */
const MAX_REMEMBERED = 512;

/** Sets an entry and makes it the newest. If that is one too many, the oldest is removed and returned. */
export function remember<T>(map: Map<string, T>, key: string, value: T): T | undefined {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return undefined;
  const [oldest] = map.entries();
  if (oldest) map.delete(oldest[0]);
  return oldest?.[1];
}
