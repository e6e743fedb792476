/**
 * The proof of an exported ONNX file: it is loaded into onnxruntime, and a held-out batch runs through the file and through
 * the executor that trains. Both carry their state over at least fifty steps; outputs and final states must agree.
 */
import type { Executor, RunResult } from '../executors/executor.ts';
import type { Program, Shape, StepGraph, Tensor, TensorMap } from '../graph/types.ts';
import { elementCount } from '../graph/types.ts';
import { exportLength } from '../interchange/model-file.ts';
import { steadyStep } from '../interchange/onnx/export.ts';
import type { Sample } from '../tasks/task.ts';
import { assembleInputs } from '../training/batches.ts';
import type { PreparedRun } from '../training/run-config.ts';
import { differenceOf } from './difference.ts';
import { OnnxSession, withPrefix } from './onnx-session.ts';
import type { Runtime } from './onnx-session.ts';
import type { Proof } from './protocol.ts';
import { roundingOf } from './rounding.ts';

/** The largest difference that passes: absolute up to a scale of one, relative beyond (`difference.ts`). */
const tolerance = 1e-4;
const provenSteps = 50;
const batchSize = 4;

export interface Exhibit {
  readonly run: PreparedRun;
  readonly parameters: TensorMap;
  readonly form: 'step' | 'sequence';
  readonly bytes: Uint8Array;
}

interface Comparison {
  /** [B, T, …] */
  readonly outputs: TensorMap;
  /** [B, …] */
  readonly state: TensorMap;
}

/** @throws Error what onnxruntime says of a file that it cannot load or run. */
export async function verifyExport(exhibit: Exhibit, executor: Executor, runtime?: Runtime): Promise<Proof> {
  const { run, parameters, form, bytes } = exhibit;
  const program = run.inferenceProgram(provenLength(run));
  const inputs = heldOutInputs(run, program.length);
  const session = await OnnxSession.open(bytes, runtime);
  const store = await executor.createStore(run.parameters);
  try {
    await store.write({ parameters });
    const compute = async (part: Program): Promise<RunResult> => {
      const execution = await executor.compile(part, store, { batchSize, training: false });
      try {
        return await execution.run({ size: batchSize, inputs: cut(inputs, 0, part.length) });
      } finally {
        execution.dispose();
      }
    };
    const expected = await compute(program);
    const input = fileInput(run, program, inputs);
    const actual =
      form === 'sequence'
        ? await runSequence(session, input)
        : await runSteps(session, program, input, compute, run.model.output);
    return judge({ program, parameters, inputs, form }, actual, expected);
  } finally {
    store.dispose();
    await session.release();
  }
}

/** Fifty steps of the model; a model that takes the whole sequence in one step has that one. */
function provenLength({ model, modelConfig }: PreparedRun): number {
  if (model.unit === 'token') return provenSteps;
  const segment = model.segmentLength?.(modelConfig) ?? 1;
  return segment === Infinity ? exportLength(model.id, modelConfig) : segment * provenSteps;
}

/** Held-out samples one after the other until every row is full: `tokens` [B, T] or `x` [B, T, inputSize]. */
function heldOutInputs(run: PreparedRun, length: number): TensorMap {
  let next = 0;
  const rows = Array.from({ length: batchSize }, (): TensorMap => {
    const parts: Sample[] = [];
    for (let filled = 0; filled < length;) {
      const sample = run.task.sample(run.config.seed, 'heldOut', next++);
      parts.push(sample);
      filled += sample.mask.length;
    }
    const inputs = parts.map((sample) => assembleInputs(run.task, [sample], sample.mask.length).inputs);
    return joined(inputs, length);
  });
  return stacked(rows);
}

/** Along time, cut to `length`. */
function joined(parts: readonly TensorMap[], length: number): TensorMap {
  const [name, { shape, dtype }] = Object.entries(parts[0]!)[0]!;
  const rest = shape.slice(2);
  const values = parts.flatMap((part) => Array.from(part[name]!.data)).slice(0, length * elementCount(rest));
  return { [name]: tensor(dtype, [1, length, ...rest], values) };
}

function stacked(rows: readonly TensorMap[]): TensorMap {
  const [name, { shape, dtype }] = Object.entries(rows[0]!)[0]!;
  const values = rows.flatMap((row) => Array.from(row[name]!.data));
  return { [name]: tensor(dtype, [rows.length, ...shape.slice(1)], values) };
}

function tensor(dtype: Tensor['dtype'], shape: Shape, values: ArrayLike<number>): Tensor {
  return { shape, dtype, data: dtype === 'f32' ? Float32Array.from(values) : Int32Array.from(values) };
}

/** Positions `begin` to `end` of every row. */
function cut(inputs: TensorMap, begin: number, end: number): TensorMap {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype, data }]) => {
      const [size, length, ...rest] = shape as [number, number, ...number[]];
      const width = elementCount(rest);
      const rows = Array.from({ length: size }, (_, row) =>
        Array.from(data.subarray((row * length + begin) * width, (row * length + end) * width)),
      );
      return [name, tensor(dtype, [size, end - begin, ...rest], rows.flat())];
    }),
  );
}

/** What the file reads: a model of vectors takes tokens one-hot, which the page's own program does inside. */
function fileInput({ model, task }: PreparedRun, program: Program, inputs: TensorMap): TensorMap {
  const { tokens } = inputs;
  if (!tokens || model.input === 'tokens') return inputs;
  const width = task.inputSize;
  const data = new Float32Array(tokens.data.length * width);
  tokens.data.forEach((token, at) => (data[at * width + token] = 1));
  return { x: { shape: [batchSize, program.length, width], dtype: 'f32', data } };
}

// ---- through the file

async function runSequence(session: OnnxSession, input: TensorMap): Promise<Comparison> {
  const results = await session.run(input);
  return { outputs: withPrefix(results, ''), state: withPrefix(results, 'present.') };
}

/**
 * One call a step, each fed with the states that the one before gave. Steps before the steady one (a cache that is still
 * filling) are not in a step file: the executor computes them, and the file goes on from there.
 */
async function runSteps(
  session: OnnxSession,
  program: Program,
  input: TensorMap,
  compute: (part: Program) => Promise<RunResult>,
  output: string,
): Promise<Comparison> {
  const graph = steadyStep(program);
  const lead = program.schedule.findIndex((variant) => program.variants[variant] === graph);
  const schedule = program.schedule.slice(0, lead);
  const begin = schedule.reduce((sum, variant) => sum + program.variants[variant]!.tokens, 0);
  const before = lead === 0 ? null : await compute({ ...program, schedule, length: begin });
  const states = graph.states.filter((state) => !state.shape.includes(0));
  let carried: TensorMap | null = before && before.state;
  const pieces: TensorMap[] = before ? [before.outputs] : [];
  for (let at = begin; at + graph.tokens <= program.length; at += graph.tokens) {
    const fed = oneStep(graph, cut(input, at, at + graph.tokens));
    carried ??= await startValues(session, states, fed);
    const past = Object.fromEntries(states.map(({ name }) => [`past.${name}`, carried![name]!]));
    const results = await session.run({ ...fed, ...past });
    carried = withPrefix(results, 'present.');
    const value = results[output]!;
    const shape = graph.unit === 'token' ? [batchSize, 1, ...value.shape.slice(1)] : value.shape;
    pieces.push({ [output]: { ...value, shape } });
  }
  return { outputs: { [output]: alongTime(pieces.map((piece) => piece[output]!)) }, state: carried ?? {} };
}

/** A step of a token model has no time axis. */
function oneStep(graph: StepGraph, input: TensorMap): TensorMap {
  if (graph.unit === 'segment') return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      { ...value, shape: [value.shape[0]!, ...value.shape.slice(2)] },
    ]),
  );
}

/** The file says how a sequence starts, whatever states it is fed with. */
async function startValues(
  session: OnnxSession,
  states: StepGraph['states'],
  fed: TensorMap,
): Promise<TensorMap> {
  const blank = Object.fromEntries(
    states.map(({ name, dtype, shape }) => {
      const full = [batchSize, ...shape];
      return [`past.${name}`, tensor(dtype, full, new Float32Array(elementCount(full)))];
    }),
  );
  const starts = withPrefix(await session.run({ ...fed, ...blank }), 'start.');
  return Object.fromEntries(
    Object.entries(starts).map(([name, { shape, dtype, data }]) => {
      const repeated = Array.from({ length: batchSize }, () => Array.from(data)).flat();
      return [name, tensor(dtype, [batchSize, ...shape], repeated)];
    }),
  );
}

/** [B, t, …] for several t → [B, T, …]. */
function alongTime(pieces: readonly Tensor[]): Tensor {
  const length = pieces.reduce((sum, { shape }) => sum + shape[1]!, 0);
  const rows = Array.from({ length: batchSize }, (_, row) =>
    pieces.flatMap(({ data }) => {
      const width = data.length / batchSize;
      return Array.from(data.subarray(row * width, (row + 1) * width));
    }),
  );
  return tensor('f32', [batchSize, length, ...pieces[0]!.shape.slice(2)], rows.flat());
}

// ---- the verdict

interface Case {
  readonly program: Program;
  readonly parameters: TensorMap;
  readonly inputs: TensorMap;
  readonly form: Exhibit['form'];
}

/** A difference beyond the tolerance never passes; whether rounding is the reason is told beside it. */
function judge(given: Case, file: Comparison, page: Comparison): Proof {
  const { program, form } = given;
  const { outputs, state } = differenceOf(file, page);
  const scaled = Math.max(outputs.scaled, state.scaled);
  const rounding = scaled > tolerance && scaled < Infinity ? roundingOf({ ...given, file, page }) : null;
  return {
    ...{ form, outputs: outputs.absolute, state: state.absolute, scaled, tolerance, rounding },
    steps: program.schedule.length,
    tokens: program.length,
    sequences: batchSize,
    passed: scaled <= tolerance,
  };
}
