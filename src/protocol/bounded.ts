// Maps whose size a peer would otherwise decide.

/**
 * Puts `key` at the end of `map` and, above `most` entries, forgets the one longest untouched.
 * @returns the key that was forgotten, or null
 */
export function remember<K, V>(map: Map<K, V>, key: K, value: V, most: number): K | null {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return null;
  const [oldest] = map.keys();
  if (oldest === undefined) return null;
  map.delete(oldest);
  return oldest;
}
