/** Places buffers of known lives in as few floats as it can: largest first, each at the lowest offset free for its whole life. */
export interface Lodger {
  readonly floats: number;
  /** First and last moment of its life. */
  readonly from: number;
  readonly to: number;
  settle(offset: number): void;
}

/** Four floats: vectors stay aligned. */
export const aligned = (floats: number): number => Math.ceil(floats / 4) * 4;

/** Returns the floats that all of them need together. */
export function lodge(lodgers: readonly Lodger[]): number {
  const placed: { readonly begin: number; readonly end: number; readonly lodger: Lodger }[] = [];
  let total = 0;
  for (const lodger of [...lodgers].sort((a, b) => b.floats - a.floats || a.from - b.from)) {
    const rivals = placed
      .filter((other) => other.lodger.from <= lodger.to && lodger.from <= other.lodger.to)
      .sort((a, b) => a.begin - b.begin);
    let begin = 0;
    for (const rival of rivals) {
      if (rival.begin >= begin + aligned(lodger.floats)) break;
      begin = Math.max(begin, rival.end);
    }
    const end = begin + aligned(lodger.floats);
    placed.push({ begin, end, lodger });
    lodger.settle(begin);
    total = Math.max(total, end);
  }
  return total;
}

/** Hands out floats one after another. */
export class Land {
  #end: number;

  constructor(begin = 0) {
    this.#end = begin;
  }

  get end(): number {
    return this.#end;
  }

  take(floats: number): number {
    const begin = this.#end;
    this.#end += aligned(floats);
    return begin;
  }
}
