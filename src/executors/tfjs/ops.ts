/**
 * The only door to tfjs-core. It hands on the ops that the kernels use, and replaces those whose tfjs form is wrong, slow or
 * missing on a backend (tfjs 4.22.0; upstream is frozen, so every flaw is worked around here):
 *
 * - `less`, `equal` and casts have no gradient, and the tape asks for one wherever a value merely depends on a parameter:
 *   `untracked` runs them unseen.
 * - The gradient of a broadcast is a slice for every repetition, and that of a sum uploads a tensor of ones: `broadcastTo`
 *   and `sumOver` carry each other as gradients.
 * - A gather's gradient scatters with float atomics on webgpu (other bits each time) and has no kernel on wasm: `gatherRows`
 *   is a product with one-hot rows.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients'; // after tfjs-core: the dev server needs this order
import type { Tensor } from '@tensorflow/tfjs-core';
import type { DType, Shape } from '../../graph/types.ts';

export type { Tensor } from '@tensorflow/tfjs-core';
export {
  add,
  concat,
  cos,
  dispose,
  div,
  elu,
  engine,
  env,
  exp,
  getBackend,
  keep,
  log,
  logSoftmax,
  matMul,
  maximum,
  memory,
  minimum,
  mul,
  neg,
  pad,
  findBackend,
  findBackendFactory,
  registerBackend,
  relu,
  removeBackend,
  rsqrt,
  setBackend,
  sigmoid,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  stack,
  sub,
  tanh,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';

// No warnings about Node, no deep checks of arrays: shapes were checked when the graph was built.
tf.enableProdMode();

const tfTypes = { f32: 'float32', i32: 'int32' } as const;

/** A tensor in the backend's memory. cpu keeps the very array it is given, so callers that change theirs pass a copy. */
export function upload(data: Float32Array | Int32Array, shape: Shape, dtype: DType): Tensor {
  return tf.tensor(data, [...shape], tfTypes[dtype]);
}

export function zeros(shape: Shape, dtype: DType = 'f32'): Tensor {
  return tf.zeros([...shape], tfTypes[dtype]);
}

/** A view with another shape; one extent may be −1. No kernel call where the shape is right already. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const same =
    shape.length === x.shape.length &&
    shape.every((extent, axis) => extent === -1 || extent === x.shape[axis]);
  return same ? x : tf.reshape(x, [...shape]);
}

/** Runs ops outside the tape: for the gradient their result is a constant. */
function untracked(compute: () => Tensor): Tensor {
  return tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))();
}

/** The same numbers as a constant. */
export const detach = (x: Tensor): Tensor => untracked(() => tf.clone(x));

export const less = (a: Tensor, b: Tensor): Tensor => untracked(() => tf.cast(tf.less(a, b), 'float32'));
export const equal = (a: Tensor, b: Tensor): Tensor => untracked(() => tf.cast(tf.equal(a, b), 'float32'));
/** 1 where x > 0, else 0. */
export const positive = (x: Tensor): Tensor => untracked(() => tf.cast(tf.greater(x, 0), 'float32'));
export const floor = (x: Tensor): Tensor => untracked(() => tf.floor(x));
export const cast = (x: Tensor, to: DType): Tensor =>
  x.dtype === tfTypes[to] ? x : untracked(() => tf.cast(x, tfTypes[to]));

/** a where condition ≠ 0, else b; all of one shape. */
export function select(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const chosen = untracked(() => tf.notEqual(condition, tf.zeros([], condition.dtype)));
  return tf.where(chosen, a, b);
}

/** Sum over `axes`; with `keepAxes` they stay with extent 1. */
export function sumOver(x: Tensor, axes: readonly number[], keepAxes: boolean): Tensor {
  if (axes.length === 0) return tf.clone(x);
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const op = tf.customGrad((...parts) => ({
    value: tf.sum(parts[0] as Tensor, [...axes], keepAxes),
    gradFunc: (dy: Tensor) => broadcastTo(reshape(dy, kept), x.shape),
  }));
  return op(x);
}

/** numpy broadcasting of x to `shape` (rank at most 4: beyond, tfjs reads a tensor back). */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  const missing = shape.length - x.shape.length;
  const repeated = shape.flatMap((extent, axis) => ((x.shape[axis - missing] ?? 1) === extent ? [] : [axis]));
  const aligned = missing === 0 ? x : tf.reshape(x, [...new Array<number>(missing).fill(1), ...x.shape]);
  if (repeated.length === 0) return aligned;
  const op = tf.customGrad((...parts) => ({
    value: tf.broadcastTo(parts[0] as Tensor, [...shape]),
    gradFunc: (dy: Tensor) => tf.sum(dy, repeated, true),
  }));
  return op(aligned);
}

/** y (dy − Σ y dy) over the last axis. */
export function softmaxGradient(y: Tensor, dy: Tensor): Tensor {
  return tf.mul(y, tf.sub(dy, tf.sum(tf.mul(y, dy), -1, true)));
}

/**
 * Softmax over the last axis that leaves out entries whose mask is 0; a row that is masked whole is all 0. tfjs has none, and
 * a row of −∞ would be NaN. `logits` has the shape of the result; the mask broadcasts to it.
 */
export function maskedSoftmax(logits: Tensor, mask: Tensor): Tensor {
  const op = tf.customGrad((...parts) => {
    const [x, save] = parts as [Tensor, tf.GradSaveFunc];
    const visible = tf.cast(tf.notEqual(mask, tf.zeros([], mask.dtype)), 'float32');
    const shifted = tf.add(x, tf.mul(tf.sub(visible, 1), 1e9));
    const weights = tf.mul(tf.exp(tf.sub(shifted, tf.max(shifted, -1, true))), visible);
    // The largest visible entry counts 1, so only a row without any is below.
    const y = tf.div(weights, tf.maximum(tf.sum(weights, -1, true), 0.5));
    save([y]);
    return { value: y, gradFunc: (dy: Tensor, saved: Tensor[]) => softmaxGradient(saved[0]!, dy) };
  });
  return op(logits);
}

/** indices i32 [...] → [..., depth], f32; a row of zeros for an index out of range. */
export function oneHot(indices: Tensor, depth: number): Tensor {
  return untracked(() => {
    // tfjs refuses a depth of 1.
    if (depth === 1) return tf.cast(tf.expandDims(tf.equal(indices, tf.zeros([], 'int32')), -1), 'float32');
    // Cast afterwards: asked for float32, the wasm kernel writes integers into it.
    return tf.cast(tf.oneHot(indices, depth), 'float32');
  });
}

/** A scalar to differentiate, and other values of the same computation that are wanted as plain numbers. */
export interface Objective {
  readonly objective: Tensor;
  readonly aside: readonly Tensor[];
}

/**
 * Gradients of a scalar with respect to `xs` (distinct tensors), null where it does not depend on one. Everything else that
 * `compute` makes is freed, but for copies of the values put aside. Call inside a tidy.
 */
export function gradientsOf(
  compute: () => Objective,
  xs: readonly Tensor[],
): { readonly gradients: readonly (Tensor | null)[]; readonly aside: readonly Tensor[] } {
  const kept: Tensor[] = [];
  const run = (): Tensor => {
    const { objective, aside } = compute();
    for (const tensor of aside) kept.push(tf.keep(detach(tensor)));
    return objective;
  };
  try {
    if (xs.length === 0) {
      tf.tidy(run);
      return { gradients: [], aside: kept.map((tensor) => tf.clone(tensor)) };
    }
    // Unlike tf.variableGrads, the engine's own method takes plain tensors and accepts that some are not connected.
    const { grads } = tf.engine().gradients(run, [...xs], undefined, true) as {
      grads: (Tensor | undefined)[];
    };
    return {
      gradients: grads.map((gradient) => gradient ?? null),
      aside: kept.map((tensor) => tf.clone(tensor)),
    };
  } finally {
    tf.dispose(kept);
  }
}
