import { readdirSync, readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FieldValues } from '../../foundation/fields.ts';
import { evaluate } from '../../graph/evaluate.ts';
import type { Program, Shape, StepGraph, TensorMap } from '../../graph/types.ts';
import { modelById } from '../../models/registry.ts';
import { buildProgram } from '../../models/program.ts';
import { exportSequence, exportStep, steadyStep } from './export.ts';

/**
 * Every golden case gives a model, a config and parameters that reach every path; the exported files must do in
 * onnxruntime what the reference evaluator does.
 */
interface StoredTensor {
  readonly shape: number[];
  readonly data: number[];
}
interface StoredCase {
  readonly name: string;
  readonly model: string;
  readonly config: FieldValues;
  readonly parameters: Record<string, StoredTensor>;
  readonly inputs: Record<string, StoredTensor>;
}

const folder = 'tests/vectors/';
const cases = readdirSync(folder).flatMap((file) => {
  const content = JSON.parse(readFileSync(folder + file, 'utf8')) as { cases?: StoredCase[] };
  return (content.cases ?? []).map((stored) => ({ label: `${file}: ${stored.name}`, stored }));
});
const metadata = { name: 'test', docString: 'a test', properties: {} };

function asTensors(stored: Record<string, StoredTensor>): TensorMap {
  return Object.fromEntries(
    Object.entries(stored).map(([name, { shape, data }]) => [
      name,
      { shape, dtype: 'f32', data: Float32Array.from(data) },
    ]),
  );
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

const feed = (dtype: 'f32' | 'i32', shape: Shape, data: ArrayLike<number>): ort.Tensor =>
  dtype === 'i32'
    ? new ort.Tensor('int32', Int32Array.from(data), shape)
    : new ort.Tensor('float32', Float32Array.from(data), shape);

/** Repeats the case's input along time until it has `length` tokens. */
function stretched(stored: StoredTensor, length: number): StoredTensor {
  const [batch, time, ...rest] = stored.shape as [number, number, ...number[]];
  const width = rest.reduce((a, b) => a * b, 1);
  const data: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < length; t++) {
      const begin = (b * time + (t % time)) * width;
      data.push(...stored.data.slice(begin, begin + width));
    }
  }
  return { shape: [batch, length, ...rest], data };
}

interface Prepared {
  readonly program: Program;
  readonly inputName: string;
  readonly input: StoredTensor;
  readonly parameters: TensorMap;
}

/** A program of whole segments that reaches its steady step and stays in it. */
function prepare(stored: StoredCase): Prepared {
  const model = modelById(stored.model);
  const inputName = model.input === 'vector' ? 'x' : 'tokens';
  const source = stored.inputs[inputName]!;
  const whole = model.segmentLength?.(stored.config) ?? 1;
  const length = whole === Infinity ? source.shape[1]! : model.unit === 'token' ? 52 : whole * 6;
  const program = buildProgram(model, stored.config, { length, loss: null });
  return { program, inputName, input: stretched(source, length), parameters: asTensors(stored.parameters) };
}

/** A cache of no rows is not part of the file. */
const carriedStates = (graph: StepGraph): StepGraph['states'] =>
  graph.states.filter((state) => !state.shape.includes(0));

beforeAll(() => {
  ort.env.wasm.numThreads = 1;
});

describe('the sequence file', () => {
  for (const { label, stored } of cases) {
    test(`agrees with the reference evaluator: ${label}`, async () => {
      const { program, inputName, input, parameters } = prepare(stored);
      const expected = evaluate(program, parameters, {
        size: input.shape[0]!,
        inputs: { [inputName]: input },
      });
      const session = await ort.InferenceSession.create(exportSequence(program, parameters, metadata), {
        graphOptimizationLevel: 'all',
      });
      const results = await session.run({
        [inputName]: feed(inputName === 'tokens' ? 'i32' : 'f32', input.shape, input.data),
      });
      for (const [name, value] of Object.entries(expected.outputs)) {
        expect(results[name]!.dims).toEqual(value.shape);
        expect(largestDifference(results[name]!.data as Float32Array, value.data)).toBeLessThan(1e-4);
      }
      for (const [name, value] of Object.entries(expected.state)) {
        expect(largestDifference(results[`present.${name}`]!.data as Float32Array, value.data)).toBeLessThan(
          1e-4,
        );
      }
      await session.release();
    });
  }
});

describe('the step file', () => {
  for (const { label, stored } of cases) {
    test(`carries its state over a sequence as the reference evaluator does: ${label}`, async () => {
      const { program, inputName, input, parameters } = prepare(stored);
      const graph = steadyStep(program);
      const size = input.shape[0]!;
      const lead = program.schedule.findIndex((variant) => program.variants[variant] === graph);
      const dtype = inputName === 'tokens' ? 'i32' : 'f32';
      const inputShape = graph.inputs[0]!.shape;
      const width = inputShape.reduce((a, b) => a * b, 1);
      const perSample = input.data.length / size;
      const leading = program.schedule.slice(0, lead);
      const leadTokens = leading.reduce((sum, variant) => sum + program.variants[variant]!.tokens, 0);
      const started =
        lead === 0
          ? null
          : evaluate({ ...program, schedule: leading, length: leadTokens }, parameters, {
              size,
              inputs: { [inputName]: sliceTime(input, 0, leadTokens) },
            });
      const whole = evaluate(program, parameters, {
        size,
        inputs: { [inputName]: input },
      });
      const session = await ort.InferenceSession.create(
        exportStep(graph, parameters, metadata, { taps: true }),
        { graphOptimizationLevel: 'all' },
      );
      let states: Record<string, ort.Tensor> | null =
        started === null
          ? null
          : Object.fromEntries(
              carriedStates(graph).map((state) => [
                `past.${state.name}`,
                feed(state.dtype, [size, ...state.shape], started.state[state.name]!.data),
              ]),
            );
      let last: ort.InferenceSession.OnnxValueMapType | null = null;
      for (let step = lead; step < program.schedule.length; step++) {
        const data: number[] = [];
        const begin = leadTokens * (perSample / input.shape[1]!) + (step - lead) * width;
        for (let b = 0; b < size; b++)
          data.push(...input.data.slice(b * perSample + begin, b * perSample + begin + width));
        states ??= await startStates(
          session,
          graph,
          size,
          inputName,
          feed(dtype, [size, ...inputShape], data),
        );
        last = await session.run({ [inputName]: feed(dtype, [size, ...inputShape], data), ...states });
        states = Object.fromEntries(
          carriedStates(graph).map((state) => [
            `past.${state.name}`,
            last![`present.${state.name}`] as ort.Tensor,
          ]),
        );
      }
      for (const { name } of carriedStates(graph)) {
        const value = whole.state[name]!;
        expect(
          largestDifference((states![`past.${name}`] as ort.Tensor).data as Float32Array, value.data),
        ).toBeLessThan(1e-4);
      }
      for (const tap of graph.taps) expect(last).toHaveProperty([`tap.${tap.name.replace('.{s}', '')}`]);
      await session.release();
    });
  }
});

function sliceTime(stored: StoredTensor, begin: number, end: number): StoredTensor {
  const [batch, time, ...rest] = stored.shape as [number, number, ...number[]];
  const width = rest.reduce((a, b) => a * b, 1);
  const data = Array.from({ length: batch }, (_, b) =>
    stored.data.slice((b * time + begin) * width, (b * time + end) * width),
  ).flat();
  return { shape: [batch, end - begin, ...rest], data };
}

/** The start values that the file itself gives, repeated for every sample. */
async function startStates(
  session: ort.InferenceSession,
  graph: StepGraph,
  size: number,
  inputName: string,
  input: ort.Tensor,
): Promise<Record<string, ort.Tensor>> {
  const blank = Object.fromEntries(
    carriedStates(graph).map((state) => {
      const count = size * state.shape.reduce((a, b) => a * b, 1);
      return [
        `past.${state.name}`,
        feed(state.dtype, [size, ...state.shape], new Array<number>(count).fill(0)),
      ];
    }),
  );
  const results = await session.run({ [inputName]: input, ...blank });
  return Object.fromEntries(
    carriedStates(graph).map((state) => {
      const start = Array.from((results[`start.${state.name}`] as ort.Tensor).data as Float32Array);
      return [
        `past.${state.name}`,
        feed(state.dtype, [size, ...state.shape], Array.from({ length: size }, () => start).flat()),
      ];
    }),
  );
}
