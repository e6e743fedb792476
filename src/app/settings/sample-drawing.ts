/** Samples that are pictures or series, as paths that a small SVG draws. */
import type { Sample, TaskInstance } from '../../state/samples.ts';

export type Picture = NonNullable<TaskInstance['picture']>;
export type TokenSample = Extract<Sample, { kind: 'tokens' }>;
export type VectorSample = Extract<Sample, { kind: 'vectors' }>;

export interface Shade {
  /** Share of full ink, above 0. */
  readonly ink: number;
  /** One rectangle for each run of equal pixels in a row; a pixel is 1 × 1, the first at the origin. */
  readonly path: string;
}

/** The picture of a sample, by shade; the background is left out. */
export function shadesOf(
  sample: TokenSample,
  { width, height, levels, pixelsIn }: Picture,
): readonly Shade[] {
  const pixels = sample[pixelsIn];
  const paths = Array.from({ length: levels }, () => '');
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width;) {
      const level = pixels[y * width + x]!;
      const start = x;
      while (x < width && pixels[y * width + x] === level) x++;
      if (level > 0 && level < levels)
        paths[level] = `${paths[level]!}M${start} ${y}h${x - start}v1h${start - x}z`;
    }
  }
  return paths.flatMap((path, level) => (path === '' ? [] : [{ ink: level / (levels - 1), path }]));
}

/** What is asked beside the picture, as the vocabulary names it; null where the pixels themselves are. */
export function questionOf(sample: TokenSample, { picture, vocabulary }: TaskInstance): string | null {
  if (picture?.pixelsIn !== 'tokens') return null;
  return Array.from(sample.targets)
    .filter((_, t) => sample.mask[t])
    .map((target) => vocabulary[target] ?? '?')
    .join(' ');
}

export interface Curve {
  /** Up to the last value that is only read, and from there on those that must be predicted. */
  readonly given: string;
  readonly asked: string;
}

/** Height of a curve; one sample is 1 wide. */
export const curveHeight = 24;

/** A series whose rows are predicted one ahead, as one curve for each number of a row, all to the same scale. */
export function curvesOf({ inputs, targets, mask }: VectorSample): readonly Curve[] {
  const length = mask.length;
  const width = inputs.length / length;
  const last = targets.subarray(targets.length - width);
  const rows = Float32Array.of(...inputs, ...last);
  let [low, high] = [Infinity, -Infinity];
  for (const value of rows) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const span = Math.max(high - low, 1e-9);
  const firstAsked = Math.max(0, mask.indexOf(1));
  const line = (dimension: number, from: number, to: number): string => {
    const point = (t: number): string =>
      `${t} ${((1 - (rows[t * width + dimension]! - low) / span) * curveHeight).toFixed(2)}`;
    return `M${Array.from({ length: to - from + 1 }, (_, i) => point(from + i)).join('L')}`;
  };
  return Array.from({ length: width }, (_, dimension) => ({
    given: line(dimension, 0, firstAsked),
    asked: line(dimension, firstAsked, length),
  }));
}
