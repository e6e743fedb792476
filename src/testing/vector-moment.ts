/** A golden case as the page would see it: sample 0 with its taps, for tests of the instruments. */
import type { RunDescription, Snapshot } from '../worker/protocol.ts';
import type { VectorCase } from './vectors.ts';
import { describeMemory } from '../training/interventions/banks.ts';
import { vectorProgram } from './vectors.ts';

export interface VectorMoment {
  readonly run: RunDescription;
  readonly snapshot: Snapshot;
  readonly position: number;
}

/** Letters as vocabulary; every position counts, and the outputs are a softmax of the case's logits. */
export function vectorMoment(golden: VectorCase, position = 0): VectorMoment {
  const program = vectorProgram(golden);
  const unbatched = Object.entries(golden.expect.taps).map(([name, { shape, data }]) => {
    const [, ...own] = shape;
    const size = own.reduce((a, b) => a * b, 1);
    return [
      name,
      { shape: own, dtype: 'f32' as const, data: Float32Array.from(data.slice(0, size)) },
    ] as const;
  });
  const tokens = golden.inputs['tokens'];
  const inputs = golden.inputs['x'];
  const length = program.length;
  const output = Object.values(golden.expect.outputs)[0]!;
  const classes = output.shape.at(-1)!;
  const first = <T>(values: readonly T[] | undefined, size: number): T[] => (values ?? []).slice(0, size);
  const taps = new Map(
    program.variants.flatMap((variant) => variant.taps.map((tap) => [tap.name, tap.axes])),
  );
  const inputSize = inputs?.shape[2] ?? classes;
  return {
    position,
    run: {
      runId: golden.name,
      config: {
        version: 1,
        task: { id: 'golden', fields: {} },
        model: { id: golden.model, fields: golden.config },
        training: {},
        seed: 0,
        executor: 'automatic',
      },
      parameterCount: 0,
      parameters: [],
      cost: { batchSize: 32, steps: 3, parameterBytes: 0, forwardFlops: 0, strategies: [] },
      vocabulary: tokens ? Array.from({ length: classes }, (_, i) => String.fromCharCode(97 + i)) : [],
      kind: tokens ? 'tokens' : 'vectors',
      inputSize,
      outputSize: classes,
      splits: [],
      baseline: null,
      previews: [],
      taps: [...taps].map(([name, axes]) => ({ name, axes })),
      memory: describeMemory(program),
      states: [],
      executor: 'tfjs-cpu',
    },
    snapshot: {
      step: 0,
      split: 'heldOut',
      sampleIndex: 0,
      taps: Object.fromEntries(unbatched),
      tokens: tokens ? Int32Array.from(first(tokens.data, length)) : null,
      targets: new Int32Array(length),
      inputs: inputs ? Float32Array.from(first(inputs.data, length * inputSize)) : null,
      mask: new Uint8Array(length).fill(1),
      predictions: softmaxRows(first(output.data, length * classes), classes),
      loss: golden.expect.loss,
    },
  };
}

function softmaxRows(values: readonly number[], classes: number): Float32Array {
  const result = Float32Array.from(values, (value) => Math.exp(value));
  for (let start = 0; start < result.length; start += classes) {
    const row = result.subarray(start, start + classes);
    const total = row.reduce((a, b) => a + b, 0);
    row.forEach((value, i) => (row[i] = value / total));
  }
  return result;
}
