/** Every op of a step graph as tfjs ops, a batch axis in front where the site is batched. */
import type { OpName } from '../../../graph/ops.ts';
import * as tf from '../ops.ts';
import type { Kernel } from '../operand.ts';
import * as derivative from './derivatives.ts';
import { binary, extreme, gelu, select, silu, unary } from './elementwise.ts';
import * as normal from './normalization.ts';
import { matmul, outer, squaredDistance } from './products.ts';
import * as shape from './shape.ts';

/** Leaves come from outside; the interpreter never asks for them. */
const leaf = (): never => {
  throw new Error('a leaf has no kernel');
};

export const kernels: { readonly [Op in OpName]: Kernel<Op> } = {
  parameter: leaf,
  input: leaf,
  state: leaf,
  constant: leaf,
  adjoint: leaf,

  add: binary(tf.add),
  subtract: binary(tf.sub),
  multiply: binary(tf.mul),
  divide: binary(tf.div),
  minimum: extreme(tf.minimum),
  maximum: extreme(tf.maximum),
  less: binary(tf.less),
  equal: binary(tf.equal),
  select,

  negate: unary(tf.neg),
  exp: unary(tf.exp),
  log: unary(tf.log),
  sqrt: unary(tf.sqrt),
  square: unary(tf.square),
  tanh: unary(tf.tanh),
  sigmoid: unary(tf.sigmoid),
  silu: unary(silu),
  gelu: unary(gelu),
  relu: unary(tf.relu),
  softplus: unary(tf.softplus),
  elu: unary(tf.elu),
  sine: unary(tf.sin),
  cosine: unary(tf.cos),
  floor: unary(tf.floor),
  stopGradient: unary(tf.detach),
  cast: ([x], { attributes }) => tf.cast(x!.tensor, attributes.to),

  sum: shape.sum,
  mean: shape.mean,

  softmax: normal.softmax,
  standardize: normal.standardize,
  rmsNormalize: normal.rmsNormalize,
  l2Normalize: normal.l2Normalize,

  matmul,
  outer,
  squaredDistance,

  concat: shape.concat,
  slice: shape.slice,
  reshape: shape.reshape,
  transpose: shape.transpose,
  broadcast: shape.broadcast,
  pad: shape.pad,

  gather: shape.gather,
  scatterAdd: shape.scatterAdd,
  oneHot: shape.oneHot,

  push: shape.push,
  unpush: shape.unpush,

  crossEntropy: normal.crossEntropy,
  crossEntropyGradient: normal.crossEntropyGradient,

  tanhGradient: binary(derivative.tanhGradient),
  sigmoidGradient: binary(derivative.sigmoidGradient),
  siluGradient: binary(derivative.siluGradient),
  geluGradient: binary(derivative.geluGradient),
  reluGradient: binary(derivative.reluGradient),
  softplusGradient: binary(derivative.softplusGradient),
  eluGradient: binary(derivative.eluGradient),
  softmaxGradient: binary(tf.softmaxGradient),
  standardizeGradient: normal.standardizeGradient,
  rmsNormalizeGradient: normal.rmsNormalizeGradient,
  l2NormalizeGradient: normal.l2NormalizeGradient,
  squaredDistanceGradientQuery: derivative.squaredDistanceGradientQuery,
  squaredDistanceGradientKeys: derivative.squaredDistanceGradientKeys,
};
