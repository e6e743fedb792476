/**
 * The WGSL of every op, for one sample and step.
 *
 * - view: nothing is computed, the operand is read with other strides (or, where no strides will do, copied);
 * - pointwise: one element of the result from one element of each operand;
 * - element: one element of the result from any elements of the operands;
 * - row: all elements of a row from the whole row.
 *
 * Integers travel as f32, which holds them exactly up to 2²⁴.
 */
import type { OpName } from '../../graph/ops.ts';
import type { GraphNode } from '../../graph/types.ts';
import type { Access, Code } from './code.ts';
import * as element from './element-rules.ts';
import * as row from './row-rules.ts';

export interface ElementSite<Op extends OpName = OpName> {
  readonly node: GraphNode<Op>;
  readonly code: Code;
  readonly operands: readonly Access[];
  /** Coordinates of the element, one for each axis of the result. */
  readonly at: readonly string[];
}

export interface RowSite<Op extends OpName = OpName> {
  readonly node: GraphNode<Op>;
  readonly code: Code;
  readonly operands: readonly Access[];
  /** Coordinates of the row: all axes but the last. */
  readonly row: readonly string[];
  /** Length of the row. */
  readonly width: string;
}

export type Rule<Op extends OpName> =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'view' }
  | {
      readonly kind: 'pointwise';
      readonly of: (operands: readonly string[], node: GraphNode<Op>) => string;
    }
  | { readonly kind: 'element'; readonly of: (site: ElementSite<Op>) => string }
  /** Answers the element in a column, an expression of the column's number. */
  | { readonly kind: 'row'; readonly of: (site: RowSite<Op>) => (column: string) => string };

const leaf = { kind: 'leaf' } as const;
const view = { kind: 'view' } as const;

const unary = (f: (x: string) => string): Rule<OpName> => ({
  kind: 'pointwise',
  of: ([x]) => f(x!),
});

const binary = (f: (a: string, b: string) => string): Rule<OpName> => ({
  kind: 'pointwise',
  of: ([a, b]) => f(a!, b!),
});

const byElement = <Op extends OpName>(of: (site: ElementSite<Op>) => string): Rule<Op> => ({
  kind: 'element',
  of,
});

const byRow = <Op extends OpName>(of: (site: RowSite<Op>) => (column: string) => string): Rule<Op> => ({
  kind: 'row',
  of,
});

export const rules: { readonly [Op in OpName]: Rule<Op> } = {
  parameter: leaf,
  input: leaf,
  state: leaf,
  constant: leaf,
  adjoint: leaf,

  add: binary((a, b) => `${a} + ${b}`),
  subtract: binary((a, b) => `${a} - ${b}`),
  multiply: binary((a, b) => `${a} * ${b}`),
  divide: {
    kind: 'pointwise',
    of: ([a, b], { dtype }) => (dtype === 'i32' ? `floorDivide(${a!}, ${b!})` : `${a!} / ${b!}`),
  },
  minimum: binary((a, b) => `min(${a}, ${b})`),
  maximum: binary((a, b) => `max(${a}, ${b})`),
  less: binary((a, b) => `select(0.0, 1.0, ${a} < ${b})`),
  equal: binary((a, b) => `select(0.0, 1.0, ${a} == ${b})`),
  select: { kind: 'pointwise', of: ([c, a, b]) => `select(${b!}, ${a!}, ${c!} != 0.0)` },

  negate: unary((x) => `-(${x})`),
  exp: unary((x) => `exp(${x})`),
  log: unary((x) => `log(${x})`),
  sqrt: unary((x) => `sqrt(${x})`),
  square: unary((x) => `${x} * ${x}`),
  tanh: unary((x) => `safeTanh(${x})`),
  sigmoid: unary((x) => `sigmoid(${x})`),
  silu: unary((x) => `${x} * sigmoid(${x})`),
  gelu: unary((x) => `0.5 * ${x} * (1.0 + geluInner(${x}))`),
  relu: unary((x) => `max(${x}, 0.0)`),
  softplus: unary((x) => `max(${x}, 0.0) + log(1.0 + exp(-abs(${x})))`),
  elu: unary((x) => `select(exp(min(${x}, 0.0)) - 1.0, ${x}, ${x} > 0.0)`),
  sine: unary((x) => `sine(${x})`),
  cosine: unary((x) => `sine(${x} + 1.5707963268)`),
  floor: unary((x) => `floor(${x})`),
  stopGradient: view,
  cast: {
    kind: 'pointwise',
    of: ([x], { attributes: { to } }) => (to === 'i32' ? `trunc(${x!})` : x!),
  },

  sum: byElement((site) => element.reduction(site)),
  mean: byElement((site) => element.reduction(site)),

  softmax: byRow((site) => row.softmax(site)),
  standardize: byRow((site) => row.standardize(site)),
  rmsNormalize: byRow((site) => row.normalize(site, true)),
  l2Normalize: byRow((site) => row.normalize(site, false)),

  matmul: byElement((site) => element.matmul(site)),
  outer: byElement((site) => element.outer(site)),
  squaredDistance: byElement((site) => element.squaredDistance(site)),

  concat: byElement((site) => element.concat(site)),
  slice: view,
  reshape: view,
  transpose: view,
  broadcast: view,
  pad: byElement((site) => element.pad(site)),

  gather: byElement((site) => element.gather(site)),
  scatterAdd: byElement((site) => element.scatterAdd(site)),
  oneHot: byElement((site) => element.oneHot(site)),

  push: byElement((site) => element.push(site)),
  unpush: byElement((site) => element.unpush(site)),

  crossEntropy: byElement((site) => element.crossEntropy(site)),
  crossEntropyGradient: byRow((site) => row.crossEntropyGradient(site)),

  tanhGradient: binary((y, dy) => `${dy} * (1.0 - ${y} * ${y})`),
  sigmoidGradient: binary((y, dy) => `${dy} * ${y} * (1.0 - ${y})`),
  siluGradient: binary((x, dy) => `${dy} * sigmoid(${x}) * (1.0 + ${x} * (1.0 - sigmoid(${x})))`),
  geluGradient: binary((x, dy) => `${dy} * geluSlope(${x})`),
  reluGradient: binary((x, dy) => `select(0.0, ${dy}, ${x} > 0.0)`),
  softplusGradient: binary((x, dy) => `${dy} * sigmoid(${x})`),
  eluGradient: binary((x, dy) => `select(${dy} * exp(min(${x}, 0.0)), ${dy}, ${x} > 0.0)`),
  softmaxGradient: byRow((site) => row.softmaxGradient(site)),
  standardizeGradient: byRow((site) => row.standardizeGradient(site)),
  rmsNormalizeGradient: byRow((site) => row.normalizeGradient(site, true)),
  l2NormalizeGradient: byRow((site) => row.normalizeGradient(site, false)),
  squaredDistanceGradientQuery: byElement((site) => element.squaredDistanceGradientQuery(site)),
  squaredDistanceGradientKeys: byElement((site) => element.squaredDistanceGradientKeys(site)),
};

/** Functions that the rules call. */
export const functions = `
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0))); }
// Some drivers compute tanh from exponentials that overflow.
fn safeTanh(x: f32) -> f32 { return tanh(clamp(x, -15.0, 15.0)); }
// The built-in one may be off by 2⁻¹¹: its Taylor series within half a turn, π taken away in two parts.
fn sine(x: f32) -> f32 {
  let turns = round(x * 0.3183098862);
  let r = (x - turns * 3.140625) - turns * 0.0009676535898;
  let s = r * r;
  let odd = turns - 2.0 * floor(turns * 0.5);
  let series = 1.0 + s * (-0.1666666667 + s * (0.008333333333 + s * (-0.0001984126984 + s * (2.755731922e-6 - s * 2.505210839e-8))));
  return (1.0 - 2.0 * odd) * r * series;
}
fn geluInner(x: f32) -> f32 { return safeTanh(0.7978845608 * (x + 0.044715 * x * x * x)); }
fn geluSlope(x: f32) -> f32 {
  let t = geluInner(x);
  return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * 0.7978845608 * (1.0 + 0.134145 * x * x);
}
// Towards minus infinity, for whole numbers. The half keeps an inexact division on the right side of a whole quotient.
fn floorDivide(a: f32, b: f32) -> f32 { return floor((a * sign(b) + 0.5) / abs(b)); }
`;
