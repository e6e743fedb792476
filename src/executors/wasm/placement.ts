/** Buffer planning: places for buffers that are needed over known stretches of a tape, reusing memory as soon as it is free. */

export interface Lifetime {
  readonly bytes: number;
  /** First and last instruction that touch the buffer; Infinity: needed after the end. */
  readonly first: number;
  readonly last: number;
}

/** Whole cache lines, so that no two buffers share one. */
const alignment = 64;

/** Free stretches in order of address; neighbours are always merged. */
class FreeList {
  #holes: { begin: number; end: number }[] = [];
  #top = 0;

  get top(): number {
    return this.#top;
  }

  /** Best fit: the smallest hole that is large enough, else new memory at the top. */
  take(bytes: number): number {
    let best = -1;
    let bestSize = Number.POSITIVE_INFINITY;
    this.#holes.forEach(({ begin, end }, i) => {
      const size = end - begin;
      if (size >= bytes && size < bestSize) {
        best = i;
        bestSize = size;
      }
    });
    if (best >= 0) {
      const hole = this.#holes[best]!;
      const place = hole.begin;
      hole.begin += bytes;
      if (hole.begin === hole.end) this.#holes.splice(best, 1);
      return place;
    }
    return this.#takeTop(bytes);
  }

  give(begin: number, bytes: number): void {
    const end = begin + bytes;
    let i = 0;
    while (i < this.#holes.length && this.#holes[i]!.begin < begin) i++;
    const before = this.#holes[i - 1];
    const after = this.#holes[i];
    const joinsBefore = before?.end === begin;
    const joinsAfter = after?.begin === end;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      this.#holes.splice(i, 1);
    } else if (joinsBefore) before.end = end;
    else if (joinsAfter) after.begin = begin;
    else this.#holes.splice(i, 0, { begin, end });
  }

  /** Grows at the top, using up a last hole that reaches it. */
  #takeTop(bytes: number): number {
    const last = this.#holes.at(-1);
    const place = last?.end === this.#top ? last.begin : this.#top;
    if (last?.end === this.#top) this.#holes.pop();
    this.#top = place + bytes;
    return place;
  }
}

/** Byte offsets for all buffers, and the bytes that they take together. */
export function placeBuffers(lifetimes: readonly Lifetime[]): {
  readonly offsets: number[];
  readonly total: number;
} {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const sizes = lifetimes.map(({ bytes }) => Math.max(1, Math.ceil(bytes / alignment)) * alignment);
  const starts = order(lifetimes, ({ first }) => first);
  const ends = order(lifetimes, ({ last }) => last);
  const free = new FreeList();
  let ended = 0;
  for (const i of starts) {
    while (ended < ends.length && lifetimes[ends[ended]!]!.last < lifetimes[i]!.first) {
      const done = ends[ended++]!;
      free.give(offsets[done]!, sizes[done]!);
    }
    offsets[i] = free.take(sizes[i]!);
  }
  return { offsets, total: free.top };
}

function order(lifetimes: readonly Lifetime[], key: (lifetime: Lifetime) => number): number[] {
  return lifetimes.map((_, i) => i).sort((a, b) => key(lifetimes[a]!) - key(lifetimes[b]!) || a - b);
}
