import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../foundation/fields.ts';
import { taskById } from '../../tasks/registry.ts';
import type { TokenSample, VectorSample } from './sample-drawing.ts';
import { curveHeight, curvesOf, questionOf, shadesOf } from './sample-drawing.ts';

const instanceOf = (id: string, fields = {}) => {
  const task = taskById(id);
  return task.instantiate({ ...defaultsOf(task.fields), ...fields });
};

describe('a sample that is a picture', () => {
  const picture = { width: 3, height: 2, levels: 3, pixelsIn: 'tokens' } as const;
  const sample = (tokens: number[]): TokenSample => ({
    kind: 'tokens',
    tokens: Int32Array.from(tokens),
    targets: new Int32Array(tokens.length),
    mask: new Uint8Array(tokens.length),
  });

  it('is drawn in runs of equal pixels, without the background and without the sign behind it', () => {
    expect(shadesOf(sample([2, 2, 0, 0, 1, 2, 3]), picture)).toEqual([
      { ink: 0.5, path: 'M1 1h1v1h-1z' },
      { ink: 1, path: 'M0 0h2v1h-2zM2 1h1v1h-1z' },
    ]);
  });

  it('covers every inked pixel of a drawn digit exactly once', () => {
    for (const ask of ['pixels', 'digit']) {
      const instance = instanceOf('pixels', { ask });
      const drawn = instance.sample(1, 'train', 0) as TokenSample;
      const pixels = drawn[instance.picture!.pixelsIn].subarray(0, 196);
      const area = shadesOf(drawn, instance.picture!)
        .flatMap(({ path }) => [...path.matchAll(/h(\d+)v1/g)])
        .reduce((sum, [, run]) => sum + Number(run), 0);
      expect(area).toBe(pixels.filter((level) => level > 0).length);
      expect(area).toBeGreaterThan(10);
    }
  });

  it('says which digit is asked, and nothing where every pixel is', () => {
    const asked = instanceOf('pixels', { ask: 'digit' });
    expect(questionOf(asked.sample(1, 'train', 0) as TokenSample, asked)).toMatch(/^digit \d$/);
    const pixels = instanceOf('pixels', { ask: 'pixels' });
    expect(questionOf(pixels.sample(1, 'train', 0) as TokenSample, pixels)).toBeNull();
  });
});

describe('a sample that is a series', () => {
  const points = (path: string): number[][] =>
    path
      .slice(1)
      .split('L')
      .map((pair) => pair.split(' ').map(Number));

  it('is one curve over all samples and the one after the last, asked from the end of the warm-up on', () => {
    const sample: VectorSample = {
      kind: 'vectors',
      inputs: Float32Array.of(0, 1, 2),
      targets: Float32Array.of(1, 2, 4),
      mask: Uint8Array.of(0, 1, 1),
    };
    const [curve, ...others] = curvesOf(sample);
    expect(others).toEqual([]);
    expect(points(curve!.given)).toEqual([
      [0, curveHeight],
      [1, 0.75 * curveHeight],
    ]);
    expect(points(curve!.asked)).toEqual([
      [1, 0.75 * curveHeight],
      [2, 0.5 * curveHeight],
      [3, 0],
    ]);
  });

  it('has a curve for each coordinate that is observed, within the height', () => {
    const instance = instanceOf('chaos', { system: 'lorenz', observed: 'all' });
    const curves = curvesOf(instance.sample(1, 'train', 0) as VectorSample);
    expect(curves).toHaveLength(3);
    const heights = curves.flatMap(({ given, asked }) =>
      [...points(given), ...points(asked)].map(([, y]) => y!),
    );
    expect(Math.min(...heights)).toBe(0);
    expect(Math.max(...heights)).toBe(curveHeight);
  });
});
