import { describe, expect, test } from 'vitest';
import { PlaygroundError } from '../foundation/errors.ts';
import { defaultsOf } from '../foundation/fields.ts';
import { RandomStream } from '../foundation/random.ts';
import type { TensorMap } from '../graph/types.ts';
import { elementCount } from '../graph/types.ts';
import { listedModels, modelById } from '../models/registry.ts';
import { readAnyFile, readBundle, writeBundle } from './bundle.ts';
import { expectedParameters, writeModelFile } from './model-file.ts';
import { processorTime } from '../testing/processor-time.ts';
import type { ModelFile } from './model-file.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const ends = { kind: 'tokens', vocabularySize: 5, outputSize: 5 } as const;

function example(modelId: string): ModelFile {
  const model = modelById(modelId);
  const config = { ...defaultsOf(model.fields), ...model.sizes(ends) };
  const drawn = (key: string): TensorMap => {
    const random = new RandomStream(key, modelId);
    return Object.fromEntries(
      [...expectedParameters(modelId, config)].map(([name, shape]) => [
        name,
        {
          shape,
          dtype: 'f32',
          data: Float32Array.from({ length: elementCount(shape) }, () => random.normal()),
        },
      ]),
    );
  };
  return {
    modelId,
    config,
    parameters: drawn('weights'),
    run: { step: 3, name: '“quoted”' },
    optimizer: { firstMoments: drawn('first'), secondMoments: drawn('second'), updates: 3 },
  };
}

function codeOf(bytes: Uint8Array): string {
  try {
    readAnyFile(bytes);
  } catch (error) {
    if (error instanceof PlaygroundError) return error.code;
    throw error;
  }
  return 'read';
}

/** The bundle with other tensors or metadata. */
function altered(change: (tensors: Record<string, unknown>, metadata: Record<string, string>) => void) {
  const { tensors, metadata } = readSafetensors(writeBundle(example('memnet')));
  const [otherTensors, otherMetadata] = [{ ...tensors }, { ...metadata }];
  change(otherTensors, otherMetadata);
  return writeSafetensors({ tensors: otherTensors, metadata: otherMetadata });
}

describe('a bundle', () => {
  test.each(listedModels.map(({ id }) => id))('of %s comes back complete', (id) => {
    const file = example(id);
    expect(readBundle(writeBundle(file))).toEqual(file);
    expect(readBundle(writeBundle({ ...file, optimizer: null }))).toEqual({ ...file, optimizer: null });
  });

  test('holds the snapshots of its run', () => {
    const snapshots = [3, 5].map((step) => ({
      ...{ step, split: 'heldOut', sampleIndex: 2, loss: step === 3 ? NaN : 0.5, inputs: null },
      taps: { keys: { shape: [2, 3], dtype: 'f32', data: Float32Array.of(1, 2, 3, 4, 5, step) } } as const,
      ...(step === 5 && { typed: 'a ⏎' }),
      tokens: Int32Array.of(1, 4),
      targets: Int32Array.of(2, 0),
      mask: Uint8Array.of(1, 0),
      predictions: new Float32Array(10).fill(0.2),
    }));
    const file = { ...example('rnn'), snapshots };
    const bytes = writeBundle(file);
    expect(readBundle(bytes)).toEqual(file);

    const { tensors, metadata } = readSafetensors(bytes);
    const codeWith = (changed: TensorMap, list: string): string =>
      codeOf(
        writeSafetensors({
          tensors: changed,
          metadata: { ...metadata, 'memory_playground.snapshots': list },
        }),
      );
    const list = metadata['memory_playground.snapshots']!;
    expect(codeWith(tensors, list)).toBe('read');
    const { 'snapshots.1.mask': _, ...maskless } = tensors;
    expect(codeWith(maskless, list)).toBe('bad-snapshots');
    const seven = { shape: [7], dtype: 'f32', data: new Float32Array(7) } as const;
    expect(codeWith({ ...tensors, 'snapshots.0.predictions': seven }, list)).toBe('bad-snapshots');
    for (const other of ['[{}]', '{', 'null', '[]']) expect(codeWith(tensors, other)).toBe('bad-snapshots');
  });

  test('is told from ONNX by its content', () => {
    const file = example('memnet');
    expect(readAnyFile(writeBundle(file))).toEqual(file);
    expect(readAnyFile(writeModelFile(file, { form: 'step' }))).toEqual(file);
  });

  test('keeps its weights under the names that the parameters have', () => {
    const file = example('memnet');
    const { tensors } = readSafetensors(writeBundle(file));
    expect(tensors['key.input']).toEqual(file.parameters['key.input']);
    expect(tensors['optimizer.first.key.input']).toEqual(file.optimizer!.firstMoments['key.input']);
  });

  test.each([
    ['foreign-onnx', altered((_, metadata) => delete metadata['memory_playground.format'])],
    ['newer-format', altered((_, metadata) => (metadata['memory_playground.format'] = '9'))],
    ['unknown-model', altered((_, metadata) => (metadata['memory_playground.model'] = '{"id":"ntm"}'))],
    ['foreign-onnx', altered((_, metadata) => (metadata['memory_playground.run'] = '{'))],
    ['missing-parameter', altered((tensors) => delete tensors['key.input'])],
    ['misshapen-parameter', altered((tensors) => (tensors['key.input'] = tensors['key.bias']))],
    ['misshapen-parameter', altered((tensors) => delete tensors['optimizer.second.key.bias'])],
    [
      'bad-numbers',
      altered(
        (tensors) =>
          (tensors['key.bias'] = { shape: [32], dtype: 'f32', data: new Float32Array(32).fill(NaN) }),
      ),
    ],
  ])('is refused: %s', (code, bytes) => expect(codeOf(bytes)).toBe(code));
});

test('10,000 mutated bundles are read or refused with a sentence, none takes a second of the processor', () => {
  const file = writeBundle(example('rnn'));
  const random = new RandomStream('bundle fuzz', 1);
  const outcomes = new Set<string>();
  let slowest = 0;
  for (let i = 0; i < 10_000; i++) {
    const mutated = file.slice(0, random.integer(6) === 0 ? random.integer(file.length) : file.length);
    // Three in four changes hit the header, where the structure is.
    for (let k = random.integer(6); k >= 0 && mutated.length > 0; k--) {
      const reach = random.integer(4) > 0 ? Math.min(mutated.length, 3000) : mutated.length;
      mutated[random.integer(reach)] = random.integer(256);
    }
    slowest = Math.max(
      slowest,
      processorTime(() => outcomes.add(codeOf(mutated))),
    );
  }
  expect(slowest).toBeLessThan(1000);
  expect(outcomes.size).toBeGreaterThan(4);
});
