/**
 * The similarity kernels of MemNet (Dou and Principe, IJCNN 2023) as functions of one number, the distance or the dot product
 * of query and key, so that a read can be drawn as a curve and recomputed for another σ.
 */
import type { Run } from '../common/data.ts';

export type KernelName = 'gaussian' | 'gaussianNormalized' | 'gaussianMean' | 'softmaxDot';

export interface Kernel {
  readonly name: KernelName;
  /** Width, in the unit of the keys; multiplies in `gaussianMean`; unused in `softmaxDot`. */
  readonly sigma: number;
  /** Slots that were never written are left out. */
  readonly maskEmpty: boolean;
}

const names: readonly string[] = ['gaussian', 'gaussianNormalized', 'gaussianMean', 'softmaxDot'];

/** The kernel that a run reads with, or null when it has none. */
export function kernelOf({ config: { model } }: Run): Kernel | null {
  const { kernel, sigma, maskEmpty } = model.fields;
  if (typeof kernel !== 'string' || !names.includes(kernel) || typeof sigma !== 'number') return null;
  return { name: kernel as KernelName, sigma, maskEmpty: maskEmpty === true };
}

export const hasWidth = (kernel: Kernel): boolean => kernel.name !== 'softmaxDot';

/** What the horizontal axis of the kernel shows. */
export const axisTitle: Readonly<Record<KernelName, string>> = {
  gaussian: 'distance ‖q − k‖',
  gaussianNormalized: 'distance ‖q − k‖',
  gaussianMean: 'distance √mean (q − k)²',
  softmaxDot: 'dot product q · k',
};

/** Distance, or dot product, of query and key of equal length, given by their entries. */
export function closeness(
  { name }: Kernel,
  size: number,
  query: (i: number) => number,
  key: (i: number) => number,
): number {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    sum += name === 'softmaxDot' ? query(i) * key(i) : (query(i) - key(i)) ** 2;
  }
  if (name === 'softmaxDot') return sum;
  return Math.sqrt(name === 'gaussianMean' ? sum / size : sum);
}

/** Weight before any normalisation. */
export function rawWeight({ name, sigma }: Kernel, at: number): number {
  switch (name) {
    case 'gaussian':
    case 'gaussianNormalized':
      return Math.exp(-(at ** 2) / (2 * sigma ** 2));
    case 'gaussianMean':
      return Math.exp(-sigma * at ** 2);
    case 'softmaxDot':
      return Math.exp(at);
  }
}

/** What the raw weights are divided by, given the closeness of every slot that takes part. */
export function normalizer(kernel: Kernel, closenesses: readonly number[]): number {
  switch (kernel.name) {
    case 'gaussian':
    case 'gaussianMean':
      return 1;
    case 'gaussianNormalized':
      return closenesses.reduce((sum, at) => sum + rawWeight(kernel, at), 1e-8);
    case 'softmaxDot':
      return closenesses.reduce((sum, at) => sum + rawWeight(kernel, at), 0);
  }
}

/** Shannon entropy in bits of weights taken as shares of their sum; NaN when all are zero. */
export function entropyBits(weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return NaN;
  return weights.reduce((sum, weight) => {
    const share = weight / total;
    return share > 0 ? sum - share * Math.log2(share) : sum;
  }, 0);
}
