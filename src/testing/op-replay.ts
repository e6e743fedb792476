/** Every op's examples on an executor, forward and backward, against the reference evaluator in double precision. */
import type { Executor } from '../executors/executor.ts';
import { evaluateGradients } from '../graph/evaluate-gradients.ts';
import type { NumericTensorMap } from '../graph/evaluate.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { OpName } from '../graph/ops.ts';
import { opNames } from '../graph/ops.ts';
import type { TensorMap } from '../graph/types.ts';
import { exampleRun, isDifferentiable, opExamples } from './op-examples.ts';
import type { ExampleRun, OpExample } from './op-examples.ts';
import { prepared } from './replay.ts';

/** Ops that exist as derivatives of others: only their values are compared, nothing differentiates them again. */
const isDerivative = (op: OpName): boolean => op.includes('Gradient') || op === 'unpush';

/** The ops that have examples: all but the leaves. */
export const replayedOps: readonly OpName[] = opNames.filter((op) => opExamples[op].length > 0);

export interface OpMismatch {
  readonly where: string;
  /** |a − b| / (1 + |b|); Infinity where something is missing. */
  readonly error: number;
}

/**
 * The largest deviation over an op's examples, with operands of their own for each sample, shared ones, and mixtures; without
 * most mixtures where compiling is slow (`quick`).
 */
export async function replayOp(
  executor: Executor,
  op: OpName,
  { quick = false }: { readonly quick?: boolean } = {},
): Promise<OpMismatch> {
  let worst: OpMismatch = { where: op, error: 0 };
  for (const example of opExamples[op] as readonly OpExample[]) {
    const all = sharings(example);
    // None shared, and the last operand: the weight of a product.
    const chosen = quick
      ? [
          all[0]!,
          ...all
            .slice(1)
            .filter(([label]) => label !== 'all shared')
            .slice(-1),
        ]
      : all;
    for (const [label, shared] of chosen) {
      const run = exampleRun(op, example, shared);
      const found = await compareRun(executor, run, !isDerivative(op));
      const where = `${op}, ${example.note}, ${label}: ${found.where}`;
      if (found.error > worst.error) worst = { where, error: found.error };
    }
  }
  return worst;
}

function sharings(example: OpExample): [string, (operand: number) => boolean][] {
  const movable = example.operands.flatMap(({ fill }, i) => (isDifferentiable(fill) ? [i] : []));
  return [
    ['own operands', () => false],
    ...movable.map((only): [string, (i: number) => boolean] => [`operand ${only} shared`, (i) => i === only]),
    ...(movable.length > 1 ? [['all shared', () => true] as [string, () => boolean]] : []),
  ];
}

async function compareRun(executor: Executor, run: ExampleRun, backward: boolean): Promise<OpMismatch> {
  const { program, parameters, batch } = run;
  const typed = typedBatch(run);
  const size = { batchSize: batch.size, training: backward };
  const { store, execution } = await prepared(executor, program, singles(parameters), size);
  try {
    const forward = await execution.run(typed);
    const expected = evaluate(program, parameters, batch);
    let worst = furthest('output', forward.outputs, expected.outputs);
    if (backward) {
      const actual = await execution.gradients(typed);
      const { gradients, stateGradients } = evaluateGradients(program, parameters, batch);
      for (const found of [
        furthest('gradient', actual.gradients, gradients),
        furthest('gradient', actual.stateGradients, stateGradients),
      ]) {
        if (found.error > worst.error) worst = found;
      }
    }
    return worst;
  } finally {
    execution.dispose();
    store.dispose();
  }
}

function typedBatch({ program, batch }: ExampleRun): {
  readonly size: number;
  readonly inputs: TensorMap;
  readonly state: TensorMap;
} {
  const integers = new Set(
    program.variants[0]!.inputs.filter(({ dtype }) => dtype === 'i32').map(({ name }) => name),
  );
  const inputs = Object.entries(batch.inputs).map(([name, { shape, data }]) =>
    integers.has(name)
      ? [name, { shape, dtype: 'i32' as const, data: Int32Array.from(data) }]
      : [name, { shape, dtype: 'f32' as const, data: Float32Array.from(data) }],
  );
  return {
    size: batch.size,
    inputs: Object.fromEntries(inputs) as TensorMap,
    state: singles(batch.state ?? {}),
  };
}

function singles(tensors: NumericTensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      { shape, dtype: 'f32', data: Float32Array.from(data) },
    ]),
  );
}

function furthest(what: string, actual: TensorMap, expected: NumericTensorMap): OpMismatch {
  let worst: OpMismatch = { where: what, error: 0 };
  for (const [name, { shape, data }] of Object.entries(expected)) {
    const found = actual[name];
    if (found?.data.length !== data.length || found.shape.join() !== shape.join()) {
      return { where: `${what} ${name} has shape [${found?.shape.join(', ') ?? ''}]`, error: Infinity };
    }
    for (let i = 0; i < data.length; i++) {
      const distance = Math.abs(found.data[i]! - data[i]!) / (1 + Math.abs(data[i]!));
      const error = Number.isNaN(distance) ? Infinity : distance;
      if (error > worst.error) worst = { where: `${what} ${name}[${i}]`, error };
    }
  }
  return worst;
}
