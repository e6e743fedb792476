/** The golden vectors of every model on tfjs's cpu backend, with every strategy that must give the same gradients. */
import { describe, expect, it } from 'vitest';
import { exactStrategies, replayVector } from '../../testing/replay.ts';
import { readVectors, vectorFiles } from '../../testing/vector-files.ts';
import { tolerances } from '../../testing/vectors.ts';
import { openTfjs } from './index.ts';

const executor = await openTfjs('tfjs-cpu');

describe.each(vectorFiles)('%s', (file) => {
  it.each(readVectors(file).map((vector) => [vector.name, vector] as const))(
    'matches outputs, state, taps, loss and gradients of %s',
    async (_name, vector) => {
      for (const strategy of exactStrategies) {
        const worst = await replayVector(executor, vector, [strategy]);
        expect(worst.error, `${worst.where}: ${worst.actual}, not ${worst.expected}`).toBeLessThanOrEqual(
          tolerances.f32,
        );
      }
    },
  );
});
