/**
 * Counter-based randomness. Every random number of the project is a pure function of a key and a counter, so sample i of
 * a task can be drawn without drawing samples 0 … i−1, a reset run starts from the same weights bit for bit, and nothing
 * that looks at a run can disturb it. The mixing function is the 32-bit finaliser of MurmurHash3 (Appleby, public domain).
 */

export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit key from any mix of numbers and strings; equal parts give equal keys on every machine. */
export function hashKey(...parts: readonly (number | string)[]): number {
  let h = 0x9e3779b9;
  for (const part of parts) {
    if (typeof part === 'number') {
      h = mix32(h ^ mix32(part | 0) ^ mix32(Math.floor(part / 2 ** 32) + 0x51ed270b));
    } else {
      for (let i = 0; i < part.length; i++) h = mix32(h ^ Math.imul(part.charCodeAt(i) + 1, 0x01000193));
    }
    h = mix32(h + 0x6d2b79f5);
  }
  return h >>> 0;
}

/** A stream of random numbers for one key. Two streams with the same key give the same numbers. */
export class RandomStream {
  #counter = 0;
  readonly #key: number;

  constructor(...key: readonly (number | string)[]) {
    this.#key = hashKey(...key);
  }

  /** An integer in 0 … 2³²−1. */
  bits(): number {
    this.#counter++;
    return mix32(mix32(this.#key ^ Math.imul(this.#counter, 0x9e3779b9)) + this.#key + this.#counter);
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.bits() >>> 5) * 67108864 + (this.bits() >>> 6)) / 9007199254740992;
  }

  /** An integer in 0 … limit−1. */
  integer(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** An integer in low … high, both included. */
  between(low: number, high: number): number {
    return low + this.integer(high - low + 1);
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The numbers 0 … length−1 in random order (Fisher and Yates). */
  permutation(length: number): number[] {
    const order = Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
