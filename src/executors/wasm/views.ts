/**
 * Strided views of buffers. Every value that a kernel reads or writes is a view; slices, transpositions, broadcasts and most
 * reshapes are views of what is there already and cost nothing. Offsets and strides count elements of four bytes.
 */

/** A piece of memory whose place is decided when the tape is finished. */
export interface TapeBuffer {
  readonly id: number;
  /** In elements. */
  readonly size: number;
}

export interface View {
  readonly buffer: TapeBuffer;
  readonly offset: number;
  /** Leading axes (steps, samples) first, then those of the value. */
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

export function denseView(buffer: TapeBuffer, shape: readonly number[], offset = 0): View {
  return { buffer, offset, shape, strides: denseStrides(shape) };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}

export function sameExtents(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

export function isDense({ shape, strides }: View): boolean {
  const dense = denseStrides(shape);
  return shape.every((extent, axis) => extent === 1 || strides[axis] === dense[axis]);
}

/** True where the last axis is contiguous, as kernels that work row by row need it. */
export function hasDenseRows({ shape, strides }: View): boolean {
  return shape.length === 0 || shape.at(-1) === 1 || strides.at(-1) === 1;
}

export function narrow(view: View, axis: number, begin: number, size: number): View {
  return {
    ...view,
    offset: view.offset + begin * view.strides[axis]!,
    shape: view.shape.map((extent, i) => (i === axis ? size : extent)),
  };
}

/** One position of an axis; the axis disappears. */
export function select(view: View, axis: number, index: number): View {
  return {
    ...view,
    offset: view.offset + index * view.strides[axis]!,
    shape: view.shape.filter((_, i) => i !== axis),
    strides: view.strides.filter((_, i) => i !== axis),
  };
}

/** A new axis of the given extent along which the value repeats. */
export function insertAxis(view: View, axis: number, extent: number): View {
  return {
    ...view,
    shape: view.shape.toSpliced(axis, 0, extent),
    strides: view.strides.toSpliced(axis, 0, 0),
  };
}

export function permute(view: View, order: readonly number[]): View {
  return {
    ...view,
    shape: order.map((axis) => view.shape[axis]!),
    strides: order.map((axis) => view.strides[axis]!),
  };
}

/** The view repeated to `shape`, aligned at the last axes; its first `lead` axes stay in front. */
export function broadcast(view: View, lead: number, shape: readonly number[]): View {
  const own = view.shape.slice(lead);
  const added = shape.length - own.length;
  const strides = shape.map((extent, axis) => {
    const from = axis - added;
    return from < 0 || (own[from] === 1 && extent !== 1) ? 0 : view.strides[lead + from]!;
  });
  return {
    ...view,
    shape: [...view.shape.slice(0, lead), ...shape],
    strides: [...view.strides.slice(0, lead), ...strides],
  };
}

/** The axes after `lead` with another shape of the same size, or null where that takes a copy. */
export function reshape(view: View, lead: number, shape: readonly number[]): View | null {
  const strides = reshapedStrides(view.shape.slice(lead), view.strides.slice(lead), shape);
  if (strides === null) return null;
  return {
    ...view,
    shape: [...view.shape.slice(0, lead), ...shape],
    strides: [...view.strides.slice(0, lead), ...strides],
  };
}

function reshapedStrides(
  from: readonly number[],
  strides: readonly number[],
  to: readonly number[],
): number[] | null {
  // Nothing lies in an empty view: any strides will do.
  if (sizeOf(from) === 0) return denseStrides(to);
  const merged = coalesce(from, [strides]);
  const result = new Array<number>(to.length).fill(0);
  let axis = to.length - 1;
  for (let i = merged.shape.length - 1; i >= 0; i--) {
    let stride = merged.strides[0]![i]!;
    let left = merged.shape[i]!;
    while (left > 1) {
      if (axis < 0 || left % to[axis]! !== 0) return null;
      result[axis] = stride;
      stride *= to[axis]!;
      left /= to[axis]!;
      axis--;
    }
  }
  return to.slice(0, axis + 1).every((extent) => extent === 1) ? result : null;
}

/** Fewest axes that describe the same walk through several views at once: axes of extent 1 vanish, contiguous ones merge. */
export function coalesce(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { readonly shape: number[]; readonly strides: number[][] } {
  const extents: number[] = [];
  const steps: number[][] = strides.map(() => []);
  shape.forEach((extent, axis) => {
    if (extent === 1) return;
    const last = extents.length - 1;
    const joins = last >= 0 && steps.every((own, i) => own[last] === strides[i]![axis]! * extent);
    if (joins) {
      extents[last]! *= extent;
      steps.forEach((own, i) => (own[last] = strides[i]![axis]!));
    } else {
      extents.push(extent);
      steps.forEach((own, i) => own.push(strides[i]![axis]!));
    }
  });
  return { shape: extents, strides: steps };
}
