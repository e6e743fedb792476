/** Random programs on software WebGPU against the reference evaluator in double precision. */
import { afterAll, expect, it } from 'vitest';
import { defaultsOf } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { evaluateGradients } from '../../graph/evaluate-gradients.ts';
import type { NumericTensor } from '../../graph/evaluate.ts';
import type { Shape } from '../../graph/types.ts';
import { elementCount } from '../../graph/types.ts';
import { buildProgram } from '../../models/program.ts';
import { modelById } from '../../models/registry.ts';
import { replayRandomProgram, typedBatch } from '../../testing/random-replay.ts';
import { exactStrategies, prepared } from '../../testing/replay.ts';
import { softwareExecutor } from '../../testing/software-webgpu.ts';
import { toTensors } from '../../testing/vectors.ts';

const executor = await softwareExecutor({ mostPlainTasks: 0 });
afterAll(() => executor.dispose());

/** Long enough to be one kernel that goes through time by itself, whatever it has to do. */
it('a long sequence in a kernel that reads its tasks from a table', async () => {
  const model = modelById('lstm');
  const length = 20;
  const config = { ...defaultsOf(model.fields), hiddenSize: 5, inputSize: 4, outputSize: 4 };
  const program = buildProgram(model, config, { length, loss: 'crossEntropy', oneHotTokens: true });
  const random = new RandomStream('long sequence');
  const draw = (shape: Shape, next: () => number): NumericTensor => ({
    shape,
    data: Array.from({ length: elementCount(shape) }, () => Math.fround(next())),
  });
  const parameters = Object.fromEntries(
    program.parameters.map(({ name, shape }) => [name, draw(shape, () => 0.4 * random.normal())]),
  );
  const ids = (): NumericTensor => draw([2, length], () => random.integer(4));
  const inputs = { tokens: ids(), target: ids(), weight: draw([2, length], () => random.uniform()) };
  const run = { program, parameters, batch: { size: 2, inputs } };
  const expected = evaluateGradients(program, parameters, run.batch);
  const typed = toTensors(
    Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, data }]) => [
        name,
        { shape, dtype: 'f32', data: Array.from(data) },
      ]),
    ),
  );
  const { store, execution } = await prepared(executor, program, typed, { batchSize: 2 });
  const { loss, gradients } = await execution.gradients(typedBatch(run));
  expect(loss).toBeCloseTo(expected.loss, 3);
  for (const [name, { data }] of Object.entries(expected.gradients)) {
    data.forEach((value, i) => expect(gradients[name]!.data[i], `${name}[${i}]`).toBeCloseTo(value, 3));
  }
  execution.dispose();
  store.dispose();
});

const seeds = Array.from({ length: Number(process.env['RANDOM_PROGRAMS'] ?? 8) }, (_, seed) => seed);

it.each(seeds)('program %d gives the same numbers with every strategy', async (seed) => {
  const worst = await replayRandomProgram(executor, seed, exactStrategies);
  expect(worst.error, `${worst.where}: ${worst.actual}, not ${worst.expected}`).toBeLessThan(1e-4);
});
