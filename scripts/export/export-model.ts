/** The work behind `npm run export`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FieldValues } from '../../src/foundation/fields.ts';
import { defaultsOf } from '../../src/foundation/fields.ts';
import { RandomStream } from '../../src/foundation/random.ts';
import { evaluate } from '../../src/graph/evaluate.ts';
import type { DenseMap } from '../../src/graph/evaluate.ts';
import type { Program, Tensor, TensorMap } from '../../src/graph/types.ts';
import { writeBundle } from '../../src/interchange/bundle.ts';
import { writeModelFile } from '../../src/interchange/model-file.ts';
import { steadyStep } from '../../src/interchange/onnx/export.ts';
import type { ModelDefinition, Preset } from '../../src/models/model.ts';
import { buildProgram } from '../../src/models/program.ts';
import { modelById, listedModels } from '../../src/models/registry.ts';
import { contentHash } from '../../src/tasks/common/content-hash.ts';
import { taskById } from '../../src/tasks/registry.ts';
import type { UserData } from '../../src/tasks/task.ts';
import { initialParameters } from '../../src/training/parameters.ts';

export interface ExportRequest {
  /** May be left out where the preset says which model it is of. */
  readonly modelId?: string | undefined;
  readonly presetId?: string | undefined;
  /** Path of the file that the preset’s task reads. */
  readonly text?: string | undefined;
  readonly seed: number;
  readonly folder: string;
}

interface Written {
  readonly path: string;
  readonly bytes: number;
}

const batch = 2;

/** @throws PlaygroundError for an unknown model, preset or task, and whatever the file system says. */
export function exportModel({ modelId, presetId, text, seed, folder }: ExportRequest): Written[] {
  if (!Number.isSafeInteger(seed)) throw new Error('The seed must be a whole number.');
  const model = modelId === undefined ? modelOf(presetId) : modelById(modelId);
  const preset = choosePreset(model, presetId);
  const data = dataOf(preset, text);
  const { config, vocabulary } = settingsOf(model, preset, data);
  const length = sampleLength(model, config);
  const program = buildProgram(model, config, { length, loss: null });
  const parameters = initialParameters(program.parameters, seed);
  const file = {
    modelId: model.id,
    config,
    parameters,
    run: preset && untrainedRun(model, preset, seed, vocabulary, data),
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
  write('weights.safetensors', writeBundle(file));
  const input = sampleInput(model, config, program, seed, length);
  const sample = {
    ...sampleOf(model, program, parameters, input),
    step: stepSampleOf(model, program, parameters, input),
  };
  write(
    'sample.json',
    new TextEncoder().encode(
      JSON.stringify({ format: 'memory-playground-sample/1', model: model.id, config, seed, ...sample }),
    ),
  );
  return written;
}

function modelOf(presetId: string | undefined): ModelDefinition {
  const model = listedModels.find(({ presets }) => presets.some(({ id }) => id === presetId));
  if (!model) throw new Error(`No model has a preset “${presetId}”.`);
  return model;
}

/** The file that the task of a preset needs; null where it needs none. */
function dataOf(preset: Preset | null, path: string | undefined): UserData | null {
  const reads = preset?.task.id === 'text';
  if (path === undefined) {
    if (reads)
      throw new Error(`The preset “${preset.id}” predicts your own text: give one with --text FILE.`);
    return null;
  }
  if (!reads)
    throw new Error(
      `The preset “${preset?.id ?? 'none'}” reads no text, so leave --text out or choose another preset.`,
    );
  const bytes = readBytes(path);
  return { name: basename(path), bytes, hash: contentHash(bytes) };
}

function readBytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(error);
    throw new Error(`The text “${path}” could not be read: ${reason}.`, { cause: error });
  }
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

interface Settings {
  /** Fields and sizes. */
  readonly config: FieldValues;
  readonly vocabulary: readonly string[];
}

function settingsOf(model: ModelDefinition, preset: Preset | null, data: UserData | null): Settings {
  const fields = { ...defaultsOf(model.fields), ...preset?.model };
  if (!preset) {
    const sizes = model.sizes({ kind: 'vectors', inputSize: 8, outputSize: 8 });
    return { config: { ...fields, ...sizes }, vocabulary: [] };
  }
  const definition = taskById(preset.task.id);
  const task = definition.instantiate(
    { ...defaultsOf(definition.fields), ...preset.task.fields },
    data ?? undefined,
  );
  const { vocabulary, inputSize, outputSize } = task;
  const ends =
    task.kind === 'tokens'
      ? ({ kind: 'tokens', vocabularySize: vocabulary.length, outputSize } as const)
      : ({ kind: 'vectors', inputSize, outputSize } as const);
  return { config: { ...fields, ...model.sizes(ends) }, vocabulary };
}

/** What the page needs to open the file as a run of its own, before its first step. */
function untrainedRun(
  model: ModelDefinition,
  preset: Preset,
  seed: number,
  vocabulary: readonly string[],
  data: UserData | null,
): unknown {
  const { training } = preset;
  const task = { ...preset.task, ...(data && { dataHash: data.hash }) };
  const config = { version: 1, task, model: { id: model.id, fields: preset.model }, training, seed };
  const progress = { step: 0, seconds: 0, tokens: 0, savedAt: Date.now(), metrics: [], evaluations: [] };
  return { config, ...progress, presetId: preset.id, vocabulary };
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

const inputName = (model: ModelDefinition): string => (model.input === 'vector' ? 'x' : 'tokens');

/** What sequence.onnx does: the whole input in, outputs at every position and the last state out. */
function sampleOf(model: ModelDefinition, program: Program, parameters: TensorMap, input: Tensor) {
  const name = inputName(model);
  const result = evaluate(program, parameters, { size: batch, inputs: { [name]: input } });
  return {
    inputs: { [name]: stored(input.shape, input.data, input.dtype === 'i32') },
    outputs: Object.fromEntries(
      Object.entries(result.outputs).map(([key, { shape, data }]) => [key, stored(shape, data)]),
    ),
    state: storedStates(program, 'present', result.state),
  };
}

/** What step.onnx does: the last step of the sequence, from the state before it. */
function stepSampleOf(model: ModelDefinition, program: Program, parameters: TensorMap, input: Tensor) {
  const name = inputName(model);
  const graph = steadyStep(program);
  const before = input.shape[1]! - graph.tokens;
  const run = (begin: number, end: number, state?: DenseMap) => {
    const schedule = begin === before ? program.schedule.slice(-1) : program.schedule.slice(0, -1);
    const part = { ...program, schedule, length: end - begin };
    const inputs = { [name]: alongTime(input, begin, end) };
    return evaluate(part, parameters, { size: batch, inputs, ...(state && { state }) });
  };
  const past = before > 0 ? run(0, before).state : {};
  const result = run(before, input.shape[1]!, before > 0 ? past : undefined);
  const fed = alongTime(input, before, input.shape[1]!);
  // A step of a token model has no time axis.
  const timeless = (shape: readonly number[]): readonly number[] =>
    graph.unit === 'token' ? [shape[0]!, ...shape.slice(2)] : shape;
  return {
    inputs: {
      [name]: stored(timeless(fed.shape), fed.data, fed.dtype === 'i32'),
      ...storedStates(program, 'past', past),
    },
    outputs: {
      ...Object.fromEntries(
        Object.entries(result.outputs).map(([key, { shape, data }]) => [key, stored(timeless(shape), data)]),
      ),
      ...storedStates(program, 'present', result.state),
    },
  };
}

/** Under the names of the file, which has none for a cache of no rows. */
function storedStates(program: Program, prefix: 'past' | 'present', states: DenseMap) {
  const integers = new Set(
    program.variants.flatMap((variant) =>
      variant.states.filter((state) => state.dtype === 'i32').map((state) => state.name),
    ),
  );
  return Object.fromEntries(
    Object.entries(states)
      .filter(([, { shape }]) => !shape.includes(0))
      .map(([key, { shape, data }]) => [`${prefix}.${key}`, stored(shape, data, integers.has(key))]),
  );
}

/** Positions `begin` to `end` of every sequence. */
function alongTime({ shape, dtype, data }: Tensor, begin: number, end: number): Tensor {
  const [size, length, ...rest] = shape as [number, number, ...number[]];
  const width = rest.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: size }, (_, row) =>
    Array.from(data.subarray((row * length + begin) * width, (row * length + end) * width)),
  ).flat();
  return {
    shape: [size, end - begin, ...rest],
    dtype,
    data: dtype === 'i32' ? Int32Array.from(values) : Float32Array.from(values),
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
