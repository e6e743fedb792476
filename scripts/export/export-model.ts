/** The work behind `npm run export`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldValues } from '../../src/foundation/fields.ts';
import { defaultsOf } from '../../src/foundation/fields.ts';
import { RandomStream } from '../../src/foundation/random.ts';
import { evaluate } from '../../src/graph/evaluate.ts';
import type { Program, Tensor, TensorMap } from '../../src/graph/types.ts';
import { writeModelFile } from '../../src/interchange/model-file.ts';
import { writeSafetensors } from '../../src/interchange/safetensors.ts';
import type { ModelDefinition, Preset } from '../../src/models/model.ts';
import { buildProgram } from '../../src/models/program.ts';
import { modelById } from '../../src/models/registry.ts';
import { taskById } from '../../src/tasks/registry.ts';
import { initialParameters } from '../../src/training/parameters.ts';

export interface ExportRequest {
  readonly modelId: string;
  readonly presetId?: string | undefined;
  readonly seed: number;
  readonly folder: string;
}

interface Written {
  readonly path: string;
  readonly bytes: number;
}

const batch = 2;

/** @throws PlaygroundError for an unknown model, preset or task, and whatever the file system says. */
export function exportModel({ modelId, presetId, seed, folder }: ExportRequest): Written[] {
  if (!Number.isSafeInteger(seed)) throw new Error('The seed must be a whole number.');
  const model = modelById(modelId);
  const preset = choosePreset(model, presetId);
  const config = configOf(model, preset);
  const length = sampleLength(model, config);
  const program = buildProgram(model, config, { length, loss: null });
  const parameters = initialParameters(program.parameters, seed);
  const file = {
    modelId,
    config,
    parameters,
    run: { preset: preset?.id ?? null, seed, step: 0 },
    optimizer: null,
  };

  mkdirSync(folder, { recursive: true });
  const written: Written[] = [];
  const write = (name: string, content: Uint8Array): void => {
    const path = join(folder, name);
    writeFileSync(path, content);
    written.push({ path, bytes: content.length });
  };
  write('step.onnx', writeModelFile(file, { form: 'step', taps: true }));
  write('sequence.onnx', writeModelFile(file, { form: 'sequence' }));
  write(
    'weights.safetensors',
    writeSafetensors({
      tensors: parameters,
      metadata: { model: modelId, config: JSON.stringify(config), seed: String(seed) },
    }),
  );
  const sample = sampleOf(model, config, program, parameters, seed, length);
  write(
    'sample.json',
    new TextEncoder().encode(
      JSON.stringify({ format: 'memory-playground-sample/1', model: modelId, config, seed, ...sample }),
    ),
  );
  return written;
}

function choosePreset(model: ModelDefinition, id: string | undefined): Preset | null {
  if (id === undefined) return model.presets[0] ?? null;
  const preset = model.presets.find((candidate) => candidate.id === id);
  if (!preset)
    throw new Error(
      `${model.name} has no preset “${id}”; it has ${model.presets.map((known) => known.id).join(', ') || 'none'}.`,
    );
  return preset;
}

function configOf(model: ModelDefinition, preset: Preset | null): FieldValues {
  const fields = { ...defaultsOf(model.fields), ...preset?.model };
  if (!preset) return { ...fields, ...model.sizes({ kind: 'vectors', inputSize: 8, outputSize: 8 }) };
  const definition = taskById(preset.task.id);
  const task = definition.instantiate({ ...defaultsOf(definition.fields), ...preset.task.fields });
  const ends =
    task.kind === 'tokens'
      ? ({ kind: 'tokens', vocabularySize: task.vocabulary.length, outputSize: task.outputSize } as const)
      : ({ kind: 'vectors', inputSize: task.inputSize, outputSize: task.outputSize } as const);
  return { ...fields, ...model.sizes(ends) };
}

/** Fifty steps of a token model, six whole segments of a segment model. */
function sampleLength(model: ModelDefinition, config: FieldValues): number {
  if (model.unit === 'token') return 50;
  const segment = model.segmentLength?.(config) ?? 1;
  return segment === Infinity ? (config['maximumLength'] as number) : 6 * segment;
}

interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly dtype?: 'int32';
}

const stored = (shape: readonly number[], data: ArrayLike<number>, integers = false): StoredTensor => ({
  shape,
  data: Array.from(data),
  ...(integers ? { dtype: 'int32' } : {}),
});

function sampleOf(
  model: ModelDefinition,
  config: FieldValues,
  program: Program,
  parameters: TensorMap,
  seed: number,
  length: number,
) {
  const input = sampleInput(model, config, program, seed, length);
  const name = model.input === 'vector' ? 'x' : 'tokens';
  const result = evaluate(program, parameters, { size: batch, inputs: { [name]: input } });
  const integerStates = new Set(
    program.variants.flatMap((variant) =>
      variant.states.filter((state) => state.dtype === 'i32').map((state) => state.name),
    ),
  );
  return {
    inputs: { [name]: stored(input.shape, input.data, input.dtype === 'i32') },
    outputs: Object.fromEntries(
      Object.entries(result.outputs).map(([key, { shape, data }]) => [key, stored(shape, data)]),
    ),
    state: Object.fromEntries(
      Object.entries(result.state).map(([key, { shape, data }]) => [
        `present.${key}`,
        stored(shape, data, integerStates.has(key)),
      ]),
    ),
  };
}

/** Random tokens, one-hot where the model reads vectors of symbols, or normal rows. */
function sampleInput(
  model: ModelDefinition,
  config: FieldValues,
  program: Program,
  seed: number,
  length: number,
): Tensor {
  const random = new RandomStream('export sample', seed);
  if (model.input === 'tokens') {
    const size = config['vocabularySize'] as number;
    return {
      shape: [batch, length],
      dtype: 'i32',
      data: Int32Array.from({ length: batch * length }, () => random.integer(size)),
    };
  }
  const width = program.variants[0]!.inputs[0]!.shape;
  const count = batch * length * width.reduce((a, b) => a * b, 1);
  return {
    shape: [batch, length, ...width],
    dtype: 'f32',
    data: Float32Array.from({ length: count }, () => random.normal()),
  };
}
