/** Instructions from views: every function appends the kernel calls that compute `out`. Operands have the shape of `out`. */
import * as opcode from './kernels/opcodes.ts';
import { floatWord } from './tape.ts';
import type { Tape } from './tape.ts';
import type { View } from './views.ts';
import { coalesce, isDense, select, sizeOf } from './views.ts';

const bytes = (elements: number): number => elements * 4;

/** The views cut along their first axis until the rest can be walked in `axes` axes by one instruction. */
function eachPiece(
  views: readonly View[],
  axes: number,
  visit: (shape: readonly number[], views: readonly View[], strides: readonly number[][]) => void,
): void {
  const merged = coalesce(
    views[0]!.shape,
    views.map((view) => view.strides),
  );
  const whole = views.map((view, i): View => ({ ...view, shape: merged.shape, strides: merged.strides[i]! }));
  if (merged.shape.length > axes) {
    for (let index = 0; index < merged.shape[0]!; index++) {
      eachPiece(
        whole.map((view) => select(view, 0, index)),
        axes,
        visit,
      );
    }
    return;
  }
  const missing = axes - merged.shape.length;
  const ones = new Array<number>(missing).fill(1);
  const zeros = new Array<number>(missing).fill(0);
  visit(
    [...ones, ...merged.shape],
    whole,
    merged.strides.map((own) => [...zeros, ...own.map(bytes)]),
  );
}

/** One of the elementwise codes: out = f(operands…). */
export function emitElementwise(tape: Tape, code: number, out: View, operands: readonly View[]): void {
  if (sizeOf(out.shape) === 0) return;
  eachPiece([out, ...operands], 4, (shape, views, strides) => {
    // An axis of extent 1 has no stride of its own; the kernels take 4 for contiguous.
    const last = shape[3] === 1 ? strides.map((own) => [...own.slice(0, 3), 4]) : strides;
    tape.emit(code, [...shape, ...views.flatMap((view, i) => [view, ...last[i]!])]);
  });
}

export function emitCopy(tape: Tape, out: View, from: View): void {
  emitElementwise(tape, opcode.COPY, out, [from]);
}

export function emitZero(tape: Tape, out: View): void {
  if (sizeOf(out.shape) === 0) return;
  if (isDense(out)) tape.emit(opcode.FILL_ZERO, [out, bytes(sizeOf(out.shape))]);
  else {
    const zero = tape.constant([0], [], 'f32');
    emitCopy(tape, out, { ...zero, shape: out.shape, strides: out.shape.map(() => 0) });
  }
}

/**
 * out (+)= factor · Σ a over the axes where `out` has stride 0. `out` has the shape of `a`.
 */
export function emitReduce(tape: Tape, out: View, a: View, factor: number, accumulate: boolean): void {
  const begun = new Set<number>();
  eachPiece([out, a], 4, (shape, views, strides) => {
    // Where a sum is cut into pieces, only the first may overwrite.
    const continues = begun.has(views[0]!.offset);
    tape.emit(opcode.REDUCE, [
      ...shape,
      views[0]!,
      ...strides[0]!,
      views[1]!,
      ...strides[1]!,
      floatWord(factor),
      accumulate || continues ? 1 : 0,
    ]);
    begun.add(views[0]!.offset);
  });
}

/** One of the codes over the last axis. `b` and `c` may be broadcast; rows of `out` and `a` are contiguous. */
export function emitRows(
  tape: Tape,
  code: number,
  out: View,
  a: View,
  options: { readonly b?: View; readonly c?: View; readonly epsilon?: number } = {},
): void {
  const width = a.shape.at(-1)!;
  const rowsOf = (view: View, rank: number): View =>
    view.shape.length === rank
      ? { ...view, shape: view.shape.slice(0, -1), strides: view.strides.slice(0, -1) }
      : view;
  const rank = a.shape.length;
  const { b, c, epsilon = 0 } = options;
  const bStride = b && b.shape.length === rank ? bytes(b.strides.at(-1)!) : 0;
  const operands = [
    rowsOf(out, rank),
    rowsOf(a, rank),
    ...(b ? [rowsOf(b, rank)] : []),
    ...(c ? [rowsOf(c, rank)] : []),
  ];
  eachPiece(operands, 3, (shape, views, strides) => {
    const operand = (i: number, stride: number): (number | View | null)[] =>
      views[i] ? [views[i], ...strides[i]!, stride] : [null, 0, 0, 0, 0];
    tape.emit(code, [
      ...shape,
      width,
      ...operand(0, 4),
      ...operand(1, 4),
      ...operand(2, bStride),
      ...operand(3, 0),
      floatWord(epsilon),
    ]);
  });
}

/** a [..., m, k], b [..., k, n], out and addend [..., m, n]: out = a · b (+ addend). All leading axes alike. */
export function emitMatmul(tape: Tape, out: View, a: View, b: View, addend: View | null): void {
  const rank = out.shape.length;
  const [depth, n] = b.shape.slice(-2) as [number, number];
  if (sizeOf(out.shape) === 0) return;
  if (depth === 0) {
    if (addend) emitCopy(tape, out, addend);
    else emitZero(tape, out);
    return;
  }
  // The stride of a single column is free; it tells the row kernel whether to walk b by rows or as one dot product.
  const columnStride = n > 1 ? bytes(b.strides.at(-1)!) : b.strides.at(-2) === 1 ? 0 : 4;
  // Rows are one more axis along which b repeats: whatever merges with them becomes rows too.
  const withoutColumns = (view: View): View => ({
    ...view,
    shape: out.shape.slice(0, -1),
    strides: view.strides.slice(0, -1),
  });
  const repeated: View = {
    ...b,
    shape: out.shape.slice(0, -1),
    strides: [...b.strides.slice(0, rank - 2), 0],
  };
  const operands = [
    withoutColumns(out),
    withoutColumns(a),
    repeated,
    ...(addend ? [withoutColumns(addend)] : []),
  ];
  eachPiece(operands, 3, (shape, views, strides) => {
    const shared = strides[2]![2] === 0;
    const m = shared ? shape[2]! : 1;
    // Without rows in common the last axis is one more batch axis.
    const batch = shared ? [shape[0]!, shape[1]!] : [shape[1]!, shape[2]!];
    const pick = (own: readonly number[]): number[] => (shared ? own.slice(0, 2) : own.slice(1));
    const rowStride = (own: readonly number[]): number => (shared ? own[2]! : 0);
    const emitOne = (at: readonly View[]): void => {
      tape.emit(m === 1 ? opcode.ROW_MATMUL : opcode.MATMUL, [
        at[1]!,
        rowStride(strides[1]!),
        bytes(a.strides.at(-1)!),
        at[2]!,
        bytes(b.strides.at(-2)!),
        columnStride,
        at[0]!,
        rowStride(strides[0]!),
        m,
        n,
        depth,
        ...batch,
        ...pick(strides[1]!),
        ...pick(strides[2]!),
        ...pick(strides[0]!),
        at[3] ?? null,
        at[3] ? rowStride(strides[3]!) : 0,
        ...(at[3] ? pick(strides[3]!) : [0, 0]),
      ]);
    };
    if (shared || shape[0] === 1) emitOne(views);
    else {
      for (let i = 0; i < shape[0]!; i++) {
        emitOne(views.map((view, v) => ({ ...view, offset: view.offset + (i * strides[v]![0]!) / 4 })));
      }
    }
  });
}

export type DistanceCode =
  | typeof opcode.SQUARED_DISTANCE
  | typeof opcode.SQUARED_DISTANCE_GRADIENT_QUERY
  | typeof opcode.SQUARED_DISTANCE_GRADIENT_KEYS;

export interface DistanceOperands {
  /** [..., m, n] */
  readonly query: View;
  /** [..., N, n] */
  readonly keys: View;
  /** [..., m, N] */
  readonly distance: View;
  /** Where a gradient goes. */
  readonly out: View | null;
}

export function emitDistance(
  tape: Tape,
  code: DistanceCode,
  { query, keys, distance, out }: DistanceOperands,
  accumulate: boolean,
): void {
  const [m, n] = query.shape.slice(-2) as [number, number];
  const slots = keys.shape.at(-2)!;
  const batchOf = (view: View): View => ({
    ...view,
    shape: view.shape.slice(0, -2),
    strides: view.strides.slice(0, -2),
  });
  const row = (view: View): number => bytes(view.strides.at(-2)!);
  eachPiece([query, keys, distance, ...(out ? [out] : [])].map(batchOf), 2, (shape, views, strides) => {
    tape.emit(code, [
      ...shape,
      m,
      slots,
      n,
      ...[query, keys, distance].flatMap((view, i) => [views[i]!, ...strides[i]!, row(view)]),
      ...(out ? [views[3]!, ...strides[3]!, row(out)] : [null, 0, 0, 0]),
      accumulate ? 1 : 0,
    ]);
  });
}

export interface IndexedOperands {
  /** [..., D] */
  readonly rows: View;
  /** [..., V, D] with the first `lead` axes of the rows. */
  readonly table: View;
  readonly indices: View;
  readonly lead: number;
  /** What a gathered row is added to: as the rows. */
  readonly added: View | null;
}

/** rows = table[indices] (+ added), or table[indices] += rows. */
export function emitIndexed(
  tape: Tape,
  code: typeof opcode.GATHER | typeof opcode.SCATTER_ADD,
  { rows, table, indices, lead, added }: IndexedOperands,
): void {
  const [limit, width] = table.shape.slice(-2) as [number, number];
  const withoutColumns = (view: View): View => ({
    ...view,
    shape: view.shape.slice(0, -1),
    strides: view.strides.slice(0, -1),
  });
  const perRow: View = {
    ...table,
    shape: indices.shape,
    strides: indices.shape.map((_, axis) => (axis < lead ? table.strides[axis]! : 0)),
  };
  const operands = [withoutColumns(rows), indices, perRow, ...(added ? [withoutColumns(added)] : [])];
  const emitOne = (
    at: readonly View[],
    extents: readonly number[],
    strides: readonly (readonly number[])[],
  ): void => {
    tape.emit(code, [
      ...extents,
      width,
      at[0]!,
      ...strides[0]!,
      at[2]!,
      strides[2]![0]!,
      bytes(table.strides.at(-2)!),
      at[1]!,
      ...strides[1]!,
      limit,
      at[3] ?? null,
      ...(strides[3] ?? [0, 0]),
    ]);
  };
  eachPiece(operands, 2, (shape, pieces, strides) => {
    // The kernel moves the table with its outer axis only.
    if (strides[2]![1] === 0) {
      emitOne(pieces, shape, strides);
      return;
    }
    for (let i = 0; i < shape[0]!; i++) {
      emitOne(
        pieces.map((view, v) => ({ ...view, offset: view.offset + (i * strides[v]![0]!) / 4 })),
        [shape[1]!, 1],
        strides.map((own) => [own[1]!, 0]),
      );
    }
  });
}

export function emitOneHot(tape: Tape, out: View, indices: View, depth: number): void {
  const rowAxes: View = { ...out, shape: out.shape.slice(0, -1), strides: out.strides.slice(0, -1) };
  eachPiece([rowAxes, indices], 3, (shape, views, strides) => {
    tape.emit(opcode.ONE_HOT, [...shape, depth, views[0]!, ...strides[0]!, views[1]!, ...strides[1]!]);
  });
}
