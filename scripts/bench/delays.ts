// How long deliveries took, counted in steps of a tenth of a millisecond, without keeping each of them.

const stepUs = 100;
/** Longer ones count as this long. */
const steps = 200_000;

export interface Delays {
  readonly count: number;
  add(us: number): void;
  /** What the part `part` of them did not take longer than. */
  quantileMs(part: number): number;
  clear(): void;
}

/** None yet. */
export function createDelays(): Delays {
  const counts = new Uint32Array(steps + 1);
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(us) {
      const step = Math.min(steps, Math.max(0, Math.ceil(us / stepUs)));
      counts[step] = (counts[step] ?? 0) + 1;
      count++;
    },
    quantileMs(part) {
      let left = Math.ceil(count * part);
      for (let step = 0; step <= steps; step++) {
        left -= counts[step] ?? 0;
        if (left <= 0) return (step * stepUs) / 1000;
      }
      return Infinity;
    },
    clear() {
      counts.fill(0);
      count = 0;
    },
  };
}
