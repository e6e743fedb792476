/** The golden vectors of every model on software WebGPU, forward and backward. */
import { afterAll, describe, expect, it } from 'vitest';
import { exactStrategies, replayVector } from '../../testing/replay.ts';
import { softwareExecutor } from '../../testing/software-webgpu.ts';
import { readVectors, vectorFiles } from '../../testing/vector-files.ts';
import { tolerances } from '../../testing/vectors.ts';

const usual = await softwareExecutor();
/** Kernels of single tasks: the cases of one model share almost all of them, and compiling is what takes time here. */
const cut = await softwareExecutor({ mostPlainTasks: 0 });
afterAll(() => {
  usual.dispose();
  cut.dispose();
});

describe.each(vectorFiles)('%s', (file) => {
  const [first, ...others] = readVectors(file);

  it.each(exactStrategies)(
    `matches outputs, state, taps, loss and gradients of ${first!.name}: $kind`,
    async (strategy) => {
      const worst = await replayVector(usual, first!, [strategy]);
      expect(worst.error, `${worst.where}: ${worst.actual}, not ${worst.expected}`).toBeLessThan(
        tolerances.f32,
      );
    },
  );

  it.each(others.map((vector) => [vector.name, vector] as const))(
    'matches outputs, state, taps, loss and gradients of %s',
    async (_name, vector) => {
      const worst = await replayVector(cut, vector, [{ kind: 'full' }]);
      expect(worst.error, `${worst.where}: ${worst.actual}, not ${worst.expected}`).toBeLessThan(
        tolerances.f32,
      );
    },
  );
});
