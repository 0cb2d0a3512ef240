// Maps whose size a peer would otherwise decide.

/** Puts `key` at the end of `map` and, above `most` entries, forgets the one longest untouched. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
