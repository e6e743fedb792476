import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { PlaygroundError } from '../foundation/errors.ts';
import { defaultsOf } from '../foundation/fields.ts';
import { RandomStream } from '../foundation/random.ts';
import type { TensorMap } from '../graph/types.ts';
import { elementCount } from '../graph/types.ts';
import { listedModels, modelById } from '../models/registry.ts';
import { processorTime } from '../testing/processor-time.ts';
import type { ModelFile } from './model-file.ts';
import { expectedParameters, writeModelFile } from './model-file.ts';
import { readModelFile } from './read-model-file.ts';

const ends = { kind: 'tokens', vocabularySize: 7, outputSize: 7 } as const;

function randomTensors(modelId: string, config: ModelFile['config'], key: string): TensorMap {
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
}

function example(modelId: string): ModelFile {
  const model = modelById(modelId);
  const config = { ...defaultsOf(model.fields), ...model.sizes(ends) };
  return {
    modelId,
    config,
    parameters: randomTensors(modelId, config, 'weights'),
    run: { task: { id: 'copy' }, note: '“quoted”' },
    optimizer: {
      firstMoments: randomTensors(modelId, config, 'm'),
      secondMoments: randomTensors(modelId, config, 'v'),
      updates: 12,
    },
  };
}

/** A file with one thing changed. */
function altered(change: (proto: ReturnType<typeof decode>) => void): Uint8Array {
  const proto = decode(writeModelFile(example('memnet'), { form: 'step' }));
  change(proto);
  return toBinary(ModelProtoSchema, proto);
}
const decode = (bytes: Uint8Array) => fromBinary(ModelProtoSchema, bytes);

function codeOf(bytes: Uint8Array): string {
  try {
    readModelFile(bytes);
  } catch (error) {
    if (error instanceof PlaygroundError) return error.code;
    throw error;
  }
  return 'read';
}

describe('a model file', () => {
  for (const model of listedModels) {
    test(`comes back complete: ${model.id}`, () => {
      const file = example(model.id);
      expect(readModelFile(writeModelFile(file, { form: 'step', taps: true }))).toEqual(file);
      expect(readModelFile(writeModelFile({ ...file, optimizer: null }, { form: 'sequence' }))).toEqual({
        ...file,
        optimizer: null,
      });
    });
  }

  test.each(['step', 'sequence'] as const)('says what each value of the %s is', (form) => {
    for (const { id } of listedModels) {
      const { graph, docString } = decode(writeModelFile(example(id), { form, taps: form === 'step' }));
      expect(docString).toContain(modelById(id).about.title);
      for (const { name, docString: said } of [...graph!.input, ...graph!.output])
        expect(said, `${id} ${name}`).toMatch(/^(?!undefined).{8,}/);
    }
  });

  test('states opset 21 and IR 10', () => {
    const proto = decode(writeModelFile(example('memnet'), { form: 'step' }));
    expect([proto.irVersion, proto.opsetImport[0]!.version]).toEqual([10n, 21n]);
  });
});

describe('a file that cannot be used gets a sentence', () => {
  test('that is not protobuf', () =>
    expect(codeOf(new TextEncoder().encode('<html>not a model</html>'))).toBe('not-onnx'));
  test('that is empty or foreign', () => {
    expect(codeOf(new Uint8Array())).toBe('foreign-onnx');
    expect(codeOf(toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: {} })))).toBe('foreign-onnx');
  });
  test('with another opset', () =>
    expect(codeOf(altered((proto) => (proto.opsetImport[0]!.version = 22n)))).toBe('unsupported-opset'));
  test('with a newer format', () =>
    expect(codeOf(altered((proto) => (proto.metadataProps[0]!.value = '2')))).toBe('newer-format'));
  test('with an unknown model', () =>
    expect(codeOf(altered((proto) => (proto.metadataProps[1]!.value = '{"id":"ntm","config":{}}')))).toBe(
      'unknown-model',
    ));
  test('with a setting out of bounds', () =>
    expect(
      codeOf(
        altered(
          (proto) =>
            (proto.metadataProps[1]!.value = proto.metadataProps[1]!.value.replace(
              '"slots":32',
              '"slots":1e9',
            )),
        ),
      ),
    ).toBe('invalid-config'));
  test('without a parameter', () =>
    expect(
      codeOf(
        altered(
          (proto) =>
            (proto.graph!.initializer = proto.graph!.initializer.filter(({ name }) => name !== 'key.input')),
        ),
      ),
    ).toBe('missing-parameter'));
  test('with a misshapen parameter, naming expected and found', () => {
    const bytes = altered(
      (proto) => (proto.graph!.initializer.find(({ name }) => name === 'key.input')!.dims = [32n, 7n]),
    );
    expect(() => readModelFile(bytes)).toThrow(/“key.input” should be float \[7, 32\].*\[32, 7\]/);
  });
  test('with numbers that are not finite', () => {
    const bytes = altered((proto) =>
      proto.graph!.initializer.find(({ name }) => name === 'key.bias')!.rawData.fill(0xff),
    );
    expect(codeOf(bytes)).toBe('bad-numbers');
  });
});

test('10,000 mutated files are read or refused with a sentence, none takes a second of the processor', () => {
  const file = writeModelFile(example('rnn'), { form: 'step' });
  const random = new RandomStream('onnx fuzz', 1);
  const outcomes = new Map<string, number>();
  let slowest = 0;
  for (let i = 0; i < 10_000; i++) {
    const mutated = file.slice(0, random.integer(6) === 0 ? random.integer(file.length) : file.length);
    // Half of the changes hit the structure at the ends of the file, where the tables are.
    for (let k = random.integer(8); k >= 0 && mutated.length > 0; k--) {
      const near = random.integer(2) === 0 ? Math.min(mutated.length, 400) : mutated.length;
      mutated[random.integer(2) === 0 ? random.integer(near) : mutated.length - 1 - random.integer(near)] =
        random.integer(256);
    }
    let code = '';
    slowest = Math.max(
      slowest,
      processorTime(() => (code = codeOf(mutated))),
    );
    outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
  }
  expect(slowest).toBeLessThan(1000);
  expect(outcomes.size).toBeGreaterThan(3);
});
