/**
 * Matrix products in tiles: a thread computes `rows` rows of four columns at once, so that a number that was read is used
 * several times. Transpositions are strides, so one text serves all forms of the product.
 */
import type { OpAttributes } from '../../graph/ops.ts';
import type { Shape } from '../../graph/types.ts';
import type { View } from '../wasm/views.ts';
import type { Code, Place } from './code.ts';
import { Access } from './code.ts';

export type ProductAxis = 'head' | 'row' | 'column' | 'depth';

/** What the axes of both operands of a matmul are, and how deep the sum is. */
export function productAxes(
  { attributes }: { readonly attributes: OpAttributes['matmul'] },
  a: Shape,
  b: Shape,
): { readonly left: readonly ProductAxis[]; readonly right: readonly ProductAxis[]; readonly depth: number } {
  const left: ProductAxis[] = attributes.transposeA ? ['head', 'depth', 'row'] : ['head', 'row', 'depth'];
  const right: ProductAxis[] = attributes.transposeB
    ? ['head', 'column', 'depth']
    : ['head', 'depth', 'column'];
  const depth = attributes.transposeB ? b.at(-1)! : b.at(-2)!;
  return { left: left.slice(3 - a.length), right: right.slice(3 - b.length), depth };
}

/** A product [heads, rows, depth] · [heads, depth, columns] as three views with exactly these axes. */
export interface Product {
  readonly a: View;
  readonly b: View;
  readonly out: View;
}

export function productViews(
  node: { readonly attributes: OpAttributes['matmul'] },
  a: View,
  b: View,
  out: View,
): Product {
  const { left, right } = productAxes(node, a.shape, b.shape);
  const result: readonly ProductAxis[] = (['head', 'row', 'column'] as const).slice(3 - out.shape.length);
  return {
    a: arrange(a, left, ['head', 'row', 'depth']),
    b: arrange(b, right, ['head', 'depth', 'column']),
    out: arrange(out, result, ['head', 'row', 'column']),
  };
}

function arrange(view: View, have: readonly ProductAxis[], want: readonly ProductAxis[]): View {
  const from = want.map((axis) => have.indexOf(axis));
  return {
    ...view,
    shape: from.map((axis) => (axis < 0 ? 1 : view.shape[axis]!)),
    strides: from.map((axis) => (axis < 0 ? 0 : view.strides[axis]!)),
  };
}

/** How many rows each thread should take so that `threads` have work; 0: too few elements for tiles. */
export function tileRows({ out }: Product, threads: number): 0 | 1 | 4 {
  const [heads, rows, columns] = out.shape as [number, number, number];
  const strips = heads * rows * Math.ceil(columns / 4);
  if (columns < 4) return 0;
  if (rows >= 4 && heads * Math.ceil(rows / 4) * Math.ceil(columns / 4) * 2 >= threads) return 4;
  return strips >= Math.min(threads, 32) ? 1 : 0;
}

export function emitTiles(
  code: Code,
  { a, b, out }: Product,
  places: (view: View) => Place,
  literal: (view: View) => number | null,
  tile: 1 | 4,
): void {
  const [heads, rows, columns] = out.shape as [number, number, number];
  const left = new Access(code, a, places(a), literal(a));
  const right = new Access(code, b, places(b), literal(b));
  const result = new Access(code, out, places(out));
  const depth = code.number(a.shape[2]!);
  const rowCount = code.number(rows);
  const columnCount = code.number(columns);
  const across = code.number(Math.ceil(columns / 4));
  const down = code.number(Math.ceil(rows / tile));
  const tiles = code.number(heads * Math.ceil(rows / tile) * Math.ceil(columns / 4));
  const ragged = columns % 4 !== 0;
  const vector =
    !ragged && places(b).array === 'parameters' && literal(b) === null && hasVectors(b, places(b));
  code.spread(tiles, (index) => {
    const j = code.let('j', `(${index} % ${across}) * 4u`);
    const above = code.let('q', `${index} / ${across}`);
    const oneHead = heads === 1 && !code.shared;
    const oneRow = rows === 1 && !code.shared;
    const head = oneHead ? '0u' : code.let('h', `${above} / ${down}`);
    const first = oneRow ? '0u' : code.let('r', `(${oneHead ? above : `${above} % ${down}`}) * ${tile}u`);
    const rowNumbers = Array.from({ length: tile }, (_, x) => {
      if (oneRow) return '0u';
      return tile === 1 ? first : code.let('r', `min(${first} + ${x}u, ${rowCount} - 1u)`);
    });
    const aRows = rowNumbers.map((row) => left.along([head, row, '0u'], 2));
    const sums = rowNumbers.map(() => {
      const name = code.fresh('s');
      code.line(`var ${name} = vec4<f32>();`);
      return name;
    });
    const columnNumbers = [0, 1, 2, 3].map((y) =>
      ragged ? code.let('j', `min(${j} + ${y}u, ${columnCount} - 1u)`) : `(${j} + ${y}u)`,
    );
    const vectorAt = vector ? code.let('p', `(${right.address([head, '0u', j])}) >> 2u`) : '';
    const vectorStride = vector ? code.number(b.strides[1]! / 4) : '';
    const bColumns = vector ? [] : columnNumbers.map((column) => right.along([head, '0u', column], 1));
    code.loop(depth, (k) => {
      const four = vector
        ? `parameters4[${vectorAt} + ${k} * ${vectorStride}]`
        : `vec4<f32>(${bColumns.map((column) => column(k)).join(', ')})`;
      const w = code.let('w', four);
      sums.forEach((name, x) => code.line(`${name} += ${aRows[x]!(k)} * ${w};`));
    });
    sums.forEach((name, x) => {
      const store = (): void => {
        ['x', 'y', 'z', 'w'].forEach((component, y) => {
          const at = [head, oneRow ? '0u' : `(${first} + ${x}u)`, `(${j} + ${y}u)`];
          if (ragged && y > 0) {
            code.block(`if (${j} + ${y}u < ${columnCount})`, () => result.store(at, `${name}.${component}`));
          } else result.store(at, `${name}.${component}`);
        });
      };
      if (tile === 1) store();
      else code.block(`if (${first} + ${x}u < ${rowCount})`, store);
    });
  });
}

/** Whether four neighbouring columns always lie in one aligned vector. */
function hasVectors({ offset, shape, strides }: View, { base }: Place): boolean {
  const steps = [0, 1].filter((axis) => shape[axis] !== 1).map((axis) => strides[axis]!);
  return strides[2] === 1 && [base + offset, ...steps].every((floats) => floats % 4 === 0);
}
