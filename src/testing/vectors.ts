/**
 * Golden vectors: parsing and checking of vector files, the program and the batch of a case, and the comparison of results.
 * The format and the tolerance are those of the model contract; the numbers come from an independent implementation.
 *
 * Nothing here reads files, so that the same cases run in Node and in a browser.
 */
import { evaluate } from '../graph/evaluate.ts';
import type { EvaluationBatch, NumericTensor, NumericTensorMap } from '../graph/evaluate.ts';
import type { LossKind } from '../graph/loss.ts';
import type { DType, Program, Shape, TensorMap } from '../graph/types.ts';
import { elementCount, sameShape } from '../graph/types.ts';
import type { FieldValues } from '../foundation/fields.ts';
import type { Batch } from '../executors/executor.ts';
import { buildProgram } from '../models/program.ts';
import { modelById } from '../models/registry.ts';

/** Accepted |a − b| / (1 + |b|) for single and for double precision. */
export const tolerances = { f32: 2e-5, f64: 1e-7 } as const;

export interface VectorTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: readonly number[];
}

export type VectorTensorMap = Readonly<Record<string, VectorTensor>>;

export interface VectorCase {
  readonly name: string;
  readonly model: string;
  /** Fields and sizes of the model. */
  readonly config: FieldValues;
  readonly parameters: VectorTensorMap;
  /** Initial state; null: the model's start values. */
  readonly state: VectorTensorMap | null;
  readonly inputs: VectorTensorMap;
  readonly loss: LossKind;
  readonly expect: {
    readonly outputs: VectorTensorMap;
    readonly state: VectorTensorMap;
    readonly taps: VectorTensorMap;
    readonly loss: number;
    readonly gradients: VectorTensorMap;
    readonly stateGradients: VectorTensorMap;
  };
}

/**
 * The same case with the taps that its model has beyond the contract, in double precision, so that executors are held to them as
 * well.
 */
export function withAllTaps(vector: VectorCase): VectorCase {
  const { taps } = evaluate(vectorProgram(vector), vector.parameters, evaluationBatch(vector));
  const all = Object.entries(taps).map(([name, { shape, data }]): [string, VectorTensor] => [
    name,
    { shape, dtype: 'f32', data: Array.from(data) },
  ]);
  return {
    ...vector,
    expect: { ...vector.expect, taps: { ...Object.fromEntries(all), ...vector.expect.taps } },
  };
}

/** What an evaluator or an executor computed for a case; groups that are left out are not compared. */
export interface VectorResults {
  readonly loss: number;
  readonly outputs?: NumericTensorMap;
  readonly state?: NumericTensorMap;
  readonly taps?: NumericTensorMap;
  readonly gradients?: NumericTensorMap;
  readonly stateGradients?: NumericTensorMap;
}

/**
 * All cases of a vector file.
 * @throws Error naming the case and the place where the file does not follow the format.
 */
export function parseVectors(json: unknown): VectorCase[] {
  const file = record(json, 'file');
  if (file['format'] !== 'memory-playground-vectors/1')
    throw new Error(`unknown format ${String(file['format'])}`);
  if (!Array.isArray(file['cases']) || file['cases'].length === 0) throw new Error('file: no cases');
  const cases = file['cases'].map((value, index) => parseCase(value, `case ${index}`));
  const names = new Set(cases.map(({ name }) => name));
  if (names.size !== cases.length) throw new Error('file: two cases have the same name');
  return cases;
}

/** Rows of the batch and tokens of the sequence. */
export function vectorSize({ inputs }: VectorCase): { readonly batch: number; readonly length: number } {
  const [batch, length] = Object.values(inputs)[0]!.shape;
  return { batch: batch!, length: length! };
}

/** The program of a case, built from the model on the shelf. */
export function vectorProgram(vector: VectorCase): Program {
  const { state, loss, config } = vector;
  const stateShapes =
    state && Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape.slice(1)]));
  const program = buildProgram(modelById(vector.model), config, {
    length: vectorSize(vector).length,
    loss,
    stateShapes,
  });
  const expected = Object.entries(vector.parameters);
  const problems = program.parameters.flatMap(({ name, shape }) => {
    const given = vector.parameters[name];
    return given && sameShape(given.shape, shape) ? [] : [`${name} [${shape.join(', ')}]`];
  });
  if (problems.length > 0 || expected.length !== program.parameters.length) {
    throw new Error(
      `${vector.name}: the model's parameters differ from the case's ` +
        `(${problems.join(', ')}; ${program.parameters.length} against ${expected.length})`,
    );
  }
  return program;
}

/** The batch of a case in double precision. */
export function evaluationBatch(vector: VectorCase): EvaluationBatch {
  const { inputs, state } = vector;
  return { size: vectorSize(vector).batch, inputs, ...(state ? { state } : {}) };
}

/** The batch of a case as executors take it. */
export function executorBatch(vector: VectorCase): Batch {
  const { inputs, state } = vector;
  const size = vectorSize(vector).batch;
  return { size, inputs: toTensors(inputs), ...(state ? { state: toTensors(state) } : {}) };
}

/** Doubles rounded to single precision. */
export function toTensors(map: VectorTensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(map).map(([name, { shape, dtype, data }]) => [
      name,
      { shape, dtype, data: dtype === 'i32' ? Int32Array.from(data) : Float32Array.from(data) },
    ]),
  );
}

export interface Mismatch {
  /** e.g. "gradients query.input[3, 1]" */
  readonly where: string;
  readonly actual: number;
  readonly expected: number;
  /** |a − b| / (1 + |b|); Infinity where a value or a tensor is missing. */
  readonly error: number;
}

/** A model may show more than the contract names, and cases leave out gradients of states that a model means to stop. */
const mayExceed: ReadonlySet<string> = new Set(['taps', 'stateGradients']);

/** The entry that is furthest from what the case expects. Throws nothing: a missing tensor is an infinite error. */
export function worstEntry({ expect }: VectorCase, results: VectorResults): Mismatch {
  return worstDifference(expect, results);
}

/** The same for any two sets of results; groups that either side leaves out are not compared. */
export function worstDifference(expect: VectorResults, results: VectorResults): Mismatch {
  let worst = mismatch('loss', results.loss, expect.loss);
  for (const group of ['outputs', 'state', 'taps', 'gradients', 'stateGradients'] as const) {
    const actual = results[group];
    const wanted = expect[group];
    if (!actual || !wanted) continue;
    for (const [name, expected] of Object.entries(wanted)) {
      const found = worstOf(`${group} ${name}`, actual[name], expected);
      if (found.error > worst.error) worst = found;
    }
    const surplus = Object.keys(actual).find((name) => !(name in wanted));
    if (surplus !== undefined && !mayExceed.has(group)) return unexpected(`${group} ${surplus}`);
  }
  return worst;
}

/** @throws Error naming the worst entry when a result is further from the case than `tolerance`. */
export function assertMatches(vector: VectorCase, results: VectorResults, tolerance: number): void {
  const { where, actual, expected, error } = worstEntry(vector, results);
  if (!(error <= tolerance)) {
    throw new Error(
      `${vector.name}: ${where} is ${actual}, expected ${expected} (error ${error.toExponential(2)} > ${tolerance})`,
    );
  }
}

function worstOf(what: string, actual: NumericTensor | undefined, expected: NumericTensor): Mismatch {
  if (!actual) return unexpected(`${what} (missing)`);
  if (!sameShape(actual.shape, expected.shape) || actual.data.length !== expected.data.length) {
    return unexpected(
      `${what} with shape [${actual.shape.join(', ')}] instead of [${expected.shape.join(', ')}]`,
    );
  }
  let worst = mismatch(what, 0, 0);
  for (let i = 0; i < expected.data.length; i++) {
    const found = mismatch(what, actual.data[i]!, expected.data[i]!);
    if (found.error > worst.error) worst = { ...found, where: `${what}[${position(i, expected.shape)}]` };
  }
  return worst;
}

const unexpected = (where: string): Mismatch => ({
  where,
  actual: Number.NaN,
  expected: Number.NaN,
  error: Infinity,
});

function mismatch(where: string, actual: number, expected: number): Mismatch {
  const distance = Math.abs(actual - expected) / (1 + Math.abs(expected));
  return { where, actual, expected, error: Number.isNaN(distance) ? Infinity : distance };
}

function position(index: number, shape: Shape): string {
  const places: number[] = [];
  let rest = index;
  for (const extent of shape.toReversed()) {
    places.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return places.join(', ');
}

// ---- parsing

function parseCase(value: unknown, where: string): VectorCase {
  const raw = record(value, where);
  const name = text(raw['name'], `${where}: name`);
  const inputs = tensors(raw['inputs'], `${name}: inputs`);
  const [batch, length] = Object.values(inputs)[0]?.shape ?? [];
  if (batch === undefined || length === undefined)
    throw new Error(`${name}: the input needs a batch and a time axis`);
  const loss = parseLoss(raw['loss'], name, [batch, length]);
  const expect = record(raw['expect'], `${name}: expect`);
  const group = (key: string): VectorTensorMap =>
    expect[key] === undefined ? {} : tensors(expect[key], `${name}: ${key}`);
  if (typeof expect['loss'] !== 'number') throw new Error(`${name}: the expected loss is no number`);
  return {
    name,
    model: text(raw['model'], `${name}: model`),
    config: parseConfig(raw['config'], name),
    parameters: tensors(raw['parameters'], `${name}: parameters`),
    state: raw['state'] === undefined ? null : tensors(raw['state'], `${name}: state`),
    inputs: { ...inputs, ...loss.inputs },
    loss: loss.kind,
    expect: {
      outputs: group('outputs'),
      state: group('state'),
      taps: group('taps'),
      loss: expect['loss'],
      gradients: group('gradients'),
      stateGradients: group('stateGradients'),
    },
  };
}

/** The loss as inputs of the program: the weights make the sum over steps and samples the mean that the contract asks for. */
function parseLoss(
  value: unknown,
  name: string,
  positions: readonly [number, number],
): { readonly kind: LossKind; readonly inputs: VectorTensorMap } {
  const raw = record(value, `${name}: loss`);
  const weights = (data: readonly number[]): VectorTensor => ({ shape: positions, dtype: 'f32', data });
  if (raw['kind'] === 'mse') {
    const target = tensor(raw['target'], `${name}: target`);
    const each = 1 / target.data.length;
    return {
      kind: 'mse',
      inputs: { target, weight: weights(new Array<number>(elementCount(positions)).fill(each)) },
    };
  }
  if (raw['kind'] !== 'crossEntropy') throw new Error(`${name}: unknown loss ${String(raw['kind'])}`);
  const target = tensor(raw['targets'], `${name}: targets`);
  const mask =
    raw['mask'] === undefined ? target.data.map(() => 1) : tensor(raw['mask'], `${name}: mask`).data;
  const total = mask.reduce((sum, entry) => sum + entry, 0);
  return { kind: 'crossEntropy', inputs: { target, weight: weights(mask.map((entry) => entry / total)) } };
}

function parseConfig(value: unknown, name: string): FieldValues {
  const config: Record<string, number | string | boolean> = {};
  for (const [key, entry] of Object.entries(record(value, `${name}: config`))) {
    if (typeof entry !== 'number' && typeof entry !== 'string' && typeof entry !== 'boolean') {
      throw new Error(`${name}: config.${key} is neither number, text nor switch`);
    }
    config[key] = entry;
  }
  return config;
}

function tensors(value: unknown, where: string): VectorTensorMap {
  return Object.fromEntries(
    Object.entries(record(value, where)).map(([name, entry]) => [name, tensor(entry, `${where}.${name}`)]),
  );
}

function tensor(value: unknown, where: string): VectorTensor {
  const { shape, data, dtype } = record(value, where);
  if (!isNumbers(shape) || !isNumbers(data)) throw new Error(`${where}: needs shape and data`);
  if (elementCount(shape) !== data.length) {
    throw new Error(`${where}: ${data.length} numbers do not fill [${shape.join(', ')}]`);
  }
  if (dtype !== undefined && dtype !== 'int32') throw new Error(`${where}: unknown dtype`);
  return { shape, data, dtype: dtype === 'int32' ? 'i32' : 'f32' };
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where}: no object`);
  return value as Readonly<Record<string, unknown>>;
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new Error(`${where}: no text`);
  return value;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}
