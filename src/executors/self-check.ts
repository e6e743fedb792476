/**
 * One gradient, computed by an executor and compared with double precision on the processor before the executor is trusted.
 * Some drivers return wrong numbers without an error (recurrent gradients that are all zero, for example).
 */
import { PlaygroundError } from '../foundation/errors.ts';
import { RandomStream } from '../foundation/random.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { evaluateGradients } from '../graph/evaluate-gradients.ts';
import type { Program, Shape, Tensor, TensorMap } from '../graph/types.ts';
import { elementCount } from '../graph/types.ts';
import type { Batch, Executor } from './executor.ts';

/** Accepted |a − b| / (1 + |b|): single precision stays a hundred times below, a wrong kernel does not. */
const tolerance = 1e-4;

const sizes = { batch: 3, steps: 4, vocabulary: 7, width: 5, slots: 3 } as const;

/** @throws PlaygroundError `executor-wrong` naming the worst gradient. */
export async function checkGradient(executor: Executor): Promise<void> {
  const program = smallMemory();
  const parameters = randomParameters(program);
  const batch = randomBatch();
  const expected = evaluateGradients(program, parameters, batch);
  const store = await executor.createStore(program.parameters);
  try {
    await store.write({ parameters });
    const execution = await executor.compile(program, store, { batchSize: sizes.batch });
    try {
      const actual = await execution.gradients(batch);
      compare(executor, 'the loss', [actual.loss], [expected.loss]);
      for (const [name, { data }] of Object.entries(expected.gradients)) {
        compare(executor, `the gradient of ${name}`, actual.gradients[name]?.data ?? [], data);
      }
    } finally {
      execution.dispose();
    }
  } finally {
    store.dispose();
  }
}

function compare(
  executor: Executor,
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs((actual[i] ?? Number.NaN) - expected[i]!) / (1 + Math.abs(expected[i]!));
    if (!(error <= tolerance)) {
      throw new PlaygroundError(
        'executor-wrong',
        `${executor.name} computed ${what} as ${actual[i] ?? 'nothing'} where ${expected[i]!} is right.`,
        'It is not used.',
        'A newer graphics driver may help; other executors give the right numbers.',
      );
    }
  }
}

/** A language model with a first-in first-out memory: embedding, push, attention, norm, gate, readout, cross-entropy. */
function smallMemory(): Program {
  const { vocabulary, width, slots } = sizes;
  const g = new GraphBuilder();
  const weight = (name: string, ...shape: number[]) => g.parameter(name, shape, { kind: 'zeros' });
  const token = g.input('tokens', [], 'i32');
  const hidden = g.state('hidden', [width], { start: weight('start', width) });
  const memory = g.state('memory', [slots, width], { kind: 'fifo' });
  const x = g.gather(weight('embedding', vocabulary, width), token);
  const next = g.tanh(
    g.addAll(g.matmul(x, weight('input', width, width)), g.matmul(hidden, weight('recurrent', width, width))),
  );
  const pushed = g.push(memory, next);
  const attention = g.softmax(g.matmul(next, pushed, { transposeB: true }));
  const read = g.matmul(attention, pushed);
  const gated = g.multiply(g.sigmoid(g.matmul(x, weight('gate', width, width))), read);
  const normal = g.add(g.multiply(g.standardize(gated, 1e-5), weight('gain', width)), weight('bias', width));
  const logits = g.matmul(normal, weight('head', width, vocabulary));
  g.next('hidden', next);
  g.next('memory', pushed);
  g.output('logits', logits);
  g.loss(g.multiply(g.crossEntropy(logits, g.input('target', [], 'i32')), g.input('weight', [])));
  const graph = g.finish();
  return {
    variants: [graph],
    schedule: new Array<number>(sizes.steps).fill(0),
    length: sizes.steps,
    parameters: graph.parameters,
  };
}

function randomParameters({ parameters }: Program): TensorMap {
  return Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const random = new RandomStream('self-check', name);
      return [name, floats(shape, () => 0.5 * random.normal())];
    }),
  );
}

function randomBatch(): Batch {
  const { batch, steps, vocabulary } = sizes;
  const shape = [batch, steps];
  const random = new RandomStream('self-check', 'batch');
  const integers = (): Tensor => ({
    shape,
    dtype: 'i32',
    data: Int32Array.from({ length: batch * steps }, () => random.integer(vocabulary)),
  });
  return {
    size: batch,
    inputs: {
      tokens: integers(),
      target: integers(),
      weight: floats(shape, () => random.uniform() / (batch * steps)),
    },
  };
}

function floats(shape: Shape, draw: () => number): Tensor {
  return { shape, dtype: 'f32', data: Float32Array.from({ length: elementCount(shape) }, draw) };
}
