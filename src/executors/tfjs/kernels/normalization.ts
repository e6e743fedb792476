/** Normalisations over the last axis, cross-entropy, and the derivatives of both. */
import {
  add,
  logSoftmax,
  maskedSoftmax,
  mul,
  neg,
  oneHot,
  reshape,
  rsqrt,
  softmax as plainSoftmax,
  square,
  sub,
  sumOver,
} from '../ops.ts';
import type { Tensor } from '../ops.ts';
import { aligned, whole } from '../operand.ts';
import type { Kernel } from '../operand.ts';

export const softmax: Kernel<'softmax'> = ([logits, mask], site) =>
  mask ? maskedSoftmax(whole(logits!, site), aligned(mask, site.shape.length)) : plainSoftmax(logits!.tensor);

const sumLast = (x: Tensor): Tensor => sumOver(x, [x.shape.length - 1], true);
const meanLast = (x: Tensor): Tensor => mul(sumLast(x), 1 / x.shape.at(-1)!);

/** x − mean, and 1 / √(variance + ε). */
function centred(x: Tensor, epsilon: number): { readonly deviation: Tensor; readonly scale: Tensor } {
  const deviation = sub(x, meanLast(x));
  return { deviation, scale: rsqrt(add(meanLast(square(deviation)), epsilon)) };
}

const rmsScale = (x: Tensor, epsilon: number): Tensor => rsqrt(add(meanLast(square(x)), epsilon));
const l2Scale = (x: Tensor, epsilon: number): Tensor => rsqrt(add(sumLast(square(x)), epsilon));

export const standardize: Kernel<'standardize'> = ([x], { attributes }) => {
  const { deviation, scale } = centred(x!.tensor, attributes.epsilon);
  return mul(deviation, scale);
};

export const rmsNormalize: Kernel<'rmsNormalize'> = ([x], { attributes }) =>
  mul(x!.tensor, rmsScale(x!.tensor, attributes.epsilon));

export const l2Normalize: Kernel<'l2Normalize'> = ([x], { attributes }) =>
  mul(x!.tensor, l2Scale(x!.tensor, attributes.epsilon));

/** (dy − mean(dy) − x̂ mean(dy x̂)) / √(variance + ε) */
export const standardizeGradient: Kernel<'standardizeGradient'> = ([x, dy], { attributes }) => {
  const { deviation, scale } = centred(x!.tensor, attributes.epsilon);
  const normal = mul(deviation, scale);
  const adjoint = dy!.tensor;
  return mul(sub(sub(adjoint, meanLast(adjoint)), mul(normal, meanLast(mul(adjoint, normal)))), scale);
};

/** r dy − x r³ reduce(x dy), where r is the scale of the norm. */
function scaleGradient(x: Tensor, dy: Tensor, scale: Tensor, reduce: (product: Tensor) => Tensor): Tensor {
  const along = mul(mul(square(scale), scale), reduce(mul(x, dy)));
  return sub(mul(scale, dy), mul(x, along));
}

export const rmsNormalizeGradient: Kernel<'rmsNormalizeGradient'> = ([x, dy], { attributes }) =>
  scaleGradient(x!.tensor, dy!.tensor, rmsScale(x!.tensor, attributes.epsilon), meanLast);

export const l2NormalizeGradient: Kernel<'l2NormalizeGradient'> = ([x, dy], { attributes }) =>
  scaleGradient(x!.tensor, dy!.tensor, l2Scale(x!.tensor, attributes.epsilon), sumLast);

export const crossEntropy: Kernel<'crossEntropy'> = ([logits, targets], site) => {
  const scores = logSoftmax(whole(logits!, site));
  const chosen = mul(scores, oneHot(whole(targets!, site), logits!.shape.at(-1)!));
  return neg(sumOver(chosen, [chosen.shape.length - 1], false));
};

/** (softmax(logits) − one-hot target) dLoss */
export const crossEntropyGradient: Kernel<'crossEntropyGradient'> = ([logits, targets, adjoint], site) => {
  const dLoss = whole(adjoint!, site);
  const excess = sub(
    plainSoftmax(whole(logits!, site)),
    oneHot(whole(targets!, site), logits!.shape.at(-1)!),
  );
  return mul(excess, reshape(dLoss, [...dLoss.shape, 1]));
};
