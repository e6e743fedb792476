/** Ops that move numbers around: axes, pieces, rows by index, and the first-in first-out buffer. */
import type { OpAttributes } from '../../../graph/ops.ts';
import {
  broadcastTo,
  concat as join,
  matMul,
  oneHot as oneHotRows,
  pad as padTensor,
  reshape as reshapeTensor,
  slice as sliceTensor,
  sumOver,
  transpose as transposeTensor,
  mul,
  zeros,
} from '../ops.ts';
import type { Tensor } from '../ops.ts';
import { elementCount } from '../../../graph/types.ts';
import { aligned, fullShape, tensorAxes, whole } from '../operand.ts';
import type { Kernel, Operand, Site } from '../operand.ts';

type Reduction = OpAttributes['sum'];

export const sum: Kernel<'sum'> = ([x], { attributes: { axes, keepAxes } }) =>
  sumOver(x!.tensor, tensorAxes(x!, axes), keepAxes);

export const mean: Kernel<'mean'> = ([x], { attributes, shape }) => {
  const averaged = elementCount(x!.shape) / Math.max(1, elementCount(shape));
  return mul(total(x!, attributes), 1 / averaged);
};

const total = (x: Operand, { axes, keepAxes }: Reduction): Tensor =>
  sumOver(x.tensor, tensorAxes(x, axes), keepAxes);

export const concat: Kernel<'concat'> = (operands, site) => {
  const { axis } = site.attributes;
  const parts = operands
    .filter(({ shape }) => elementCount(shape) > 0)
    .map((operand) => whole(operand, site));
  return parts.length === 1 ? parts[0]! : join(parts, site.batched ? axis + 1 : axis);
};

export const slice: Kernel<'slice'> = ([x], { attributes: { begin, size } }) => {
  const batch = x!.batched ? [x!.tensor.shape[0]] : [];
  return sliceTensor(x!.tensor, [...batch.map(() => 0), ...begin], [...batch, ...size]);
};

export const reshape: Kernel<'reshape'> = ([x], site) => reshapeTensor(x!.tensor, fullShape(site));

export const transpose: Kernel<'transpose'> = ([x], { attributes: { permutation } }) => {
  const axes = tensorAxes(x!, permutation);
  return transposeTensor(x!.tensor, x!.batched ? [0, ...axes] : axes);
};

export const broadcast: Kernel<'broadcast'> = ([x], site) =>
  broadcastTo(aligned(x!, site.shape.length), fullShape(site));

export const pad: Kernel<'pad'> = ([x], { attributes: { before, after } }) => {
  const margins = before.map((margin, axis): [number, number] => [margin, after[axis]!]);
  return padTensor(x!.tensor, x!.batched ? [[0, 0], ...margins] : margins);
};

export const oneHot: Kernel<'oneHot'> = ([indices], { attributes: { depth } }) =>
  oneHotRows(indices!.tensor, depth);

/** [..., depth] one-hot rows of the indices, all positions in one axis. */
function selectors(indices: Operand, depth: number, site: Pick<Site<'gather'>, 'batched' | 'batch'>): Tensor {
  const rows = oneHotRows(whole(indices, site), depth);
  return reshapeTensor(rows, site.batched ? [site.batch, -1, depth] : [-1, depth]);
}

export const gather: Kernel<'gather'> = ([table, indices], site) => {
  const depth = table!.shape[0]!;
  const rows = table!.batched
    ? matMul(selectors(indices!, depth, site), table!.tensor)
    : matMul(reshapeTensor(selectors(indices!, depth, site), [-1, depth]), table!.tensor);
  return reshapeTensor(rows, fullShape(site));
};

export const scatterAdd: Kernel<'scatterAdd'> = ([indices, rows], site) => {
  const width = rows!.shape.at(-1)!;
  const values = whole(rows!, site);
  const flat = reshapeTensor(values, site.batched ? [site.batch, -1, width] : [-1, width]);
  return matMul(selectors(indices!, site.attributes.rows, site), flat, true);
};

/** All rows of a buffer [..., N, n] but the first or the last. */
function rowsWithout(which: 'first' | 'last', buffer: Tensor): Tensor {
  const rowAxis = buffer.shape.length - 2;
  const begin = buffer.shape.map((_, axis) => (axis === rowAxis && which === 'first' ? 1 : 0));
  return sliceTensor(
    buffer,
    begin,
    buffer.shape.map((extent, axis) => (axis === rowAxis ? extent - 1 : extent)),
  );
}

export const push: Kernel<'push'> = ([buffer, row], site) => {
  const [slots, width] = site.shape as [number, number];
  const newest = reshapeTensor(whole(row!, site), fullShape({ ...site, shape: [1, width] }));
  if (slots === 1) return newest;
  return join([newest, rowsWithout('last', whole(buffer!, site))], site.batched ? 1 : 0);
};

export const unpush: Kernel<'unpush'> = ([adjoint], site) => {
  const [slots, width] = site.shape as [number, number];
  const empty = zeros(fullShape({ ...site, shape: [1, width] }));
  if (slots === 1) return empty;
  return join([rowsWithout('first', adjoint!.tensor), empty], site.batched ? 1 : 0);
};
