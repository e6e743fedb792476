/**
 * What the page should show, worked out without it: the weights that it saved, the equations of the model, and the evaluator
 * in double precision on the same sample. Nothing that trains, sends or draws on the page takes part.
 */
import { batchFlops } from '../../src/graph/flops.ts';
import { evaluateGradients } from '../../src/graph/evaluate-gradients.ts';
import { evaluate, settingOf } from '../../src/graph/evaluate.ts';
import type { DenseMap, NumericTensorMap } from '../../src/graph/evaluate.ts';
import type { Program } from '../../src/graph/types.ts';
import type { TokenSample } from '../../src/tasks/task.ts';
import { assembleBatch, samplesOf } from '../../src/training/batches.ts';
import { prepareRun } from '../../src/training/run-config.ts';
import type { PreparedRun } from '../../src/training/run-config.ts';
import type { RunConfig } from '../../src/training/run.ts';
import type { SavedRun } from './playground.ts';

/** A tensor of one sequence; `at` takes an index for each axis. */
export interface Tap {
  readonly shape: readonly number[];
  at(...index: readonly number[]): number;
  row(...index: readonly number[]): number[];
}

/** One sequence, as the network sees and answers it. */
export interface Pass {
  readonly tokens: readonly string[];
  readonly targets: readonly string[];
  /** Whether an answer counts. */
  readonly counts: readonly boolean[];
  readonly taps: Readonly<Record<string, Tap>>;
  /** By position, by token of the vocabulary. */
  readonly probabilities: readonly (readonly number[])[];
  /** Most probable tokens. */
  readonly outputs: readonly string[];
  /** −log probability of the target; NaN where no answer counts. */
  readonly losses: readonly number[];
}

export interface Scores {
  readonly loss: number;
  readonly tokenAccuracy: number;
  readonly sequenceAccuracy: number;
}

/** A run of a token task at the step at which it was saved. */
export class Reference {
  readonly vocabulary: readonly string[];
  readonly weights: NumericTensorMap;
  readonly #run: PreparedRun;

  constructor({ config, weights }: SavedRun) {
    this.#run = prepareRun(config as RunConfig);
    this.vocabulary = this.#run.task.vocabulary;
    this.weights = Object.fromEntries(
      this.#run.parameters.map(({ name, shape }) => [name, { shape, data: floats(weights[name]!) }]),
    );
  }

  get splits(): readonly { readonly name: string; readonly label: string }[] {
    return this.#run.task.splits;
  }

  /** The forward pass of a sample. */
  pass(split: string, index: number): Pass {
    const { sample, program, inputs } = this.#sequence(split, index);
    const { taps, outputs } = evaluate(program, this.weights, { size: 1, inputs });
    return { ...this.#answers(sample, outputs), taps: this.#ownTaps(program, taps) };
  }

  /** Over the first samples of a split. */
  scores(split: string, count: number): Scores {
    const passes = Array.from({ length: count }, (_, i) => this.pass(split, i));
    const answers = passes.flatMap(({ counts, losses, outputs, targets }) =>
      losses.flatMap((loss, t) => (counts[t] ? [{ loss, right: outputs[t] === targets[t] }] : [])),
    );
    const right = (pass: Pass): boolean =>
      pass.outputs.every((output, t) => !pass.counts[t] || output === pass.targets[t]);
    return {
      loss: meanOf(answers.map(({ loss }) => loss)),
      tokenAccuracy: answers.filter((answer) => answer.right).length / answers.length,
      sequenceAccuracy: passes.filter(right).length / passes.length,
    };
  }

  /**
   * The losses of a token model when some of its states are zero as a position finds them.
   * @param erase entries [first, end) of states by name
   */
  lossesWithout(
    split: string,
    index: number,
    position: number,
    erase: Readonly<Record<string, readonly [number, number]>>,
  ): Pick<Pass, 'losses' | 'outputs'> {
    const { losses, outputs } = this.pass(split, index);
    const states = this.#statesAt(split, index, position);
    for (const [name, [first, end]] of Object.entries(erase)) states[name]!.data.fill(0, first, end);
    const after = this.#from(split, index, position, states)[0]!;
    return {
      losses: [...losses.slice(0, position), ...after.losses],
      outputs: [...outputs.slice(0, position), ...after.outputs],
    };
  }

  /**
   * ‖∂loss/∂state‖ for the state that a step of a token model begins with, by central differences.
   * @param only of the share of this position in the loss
   */
  stateGradient(split: string, index: number, position: number, name: string, only?: number): number {
    const step = 1e-4;
    const states = this.#statesAt(split, index, position);
    const { length } = states[name]!.data;
    const moved = repeated(states, 2 * length);
    for (let i = 0; i < length; i++) {
      moved[name]!.data[2 * i * length + i]! += step;
      moved[name]!.data[(2 * i + 1) * length + i]! -= step;
    }
    const answers = this.#run.task
      .sample(this.#run.config.seed, split, index)
      .mask.reduce((a, b) => a + b, 0);
    const loss = this.#from(split, index, position, moved).map(
      ({ losses }) =>
        losses
          .filter((value, i) => !Number.isNaN(value) && (only ?? position + i) === position + i)
          .reduce((a, b) => a + b, 0) / answers,
    );
    const slopes = Array.from({ length }, (_, i) => (loss[2 * i]! - loss[2 * i + 1]!) / (2 * step));
    return Math.hypot(...slopes);
  }

  /** Gradient of the mean loss of the batch of a training step, by parameter. */
  batchGradients(step: number): { readonly loss: number; readonly gradients: DenseMap } {
    const { task, config, training, program } = this.#run;
    const samples = samplesOf(task, config.seed, 'train', step * training.batchSize, training.batchSize);
    return evaluateGradients(program, this.weights, assembleBatch(task, samples, program.length));
  }

  /** Floating-point operations of the forward pass of a training batch. */
  forwardFlops(): number {
    const { program, training } = this.#run;
    return program.schedule.reduce((sum, variant) => {
      const { nodes } = program.variants[variant]!;
      return sum + batchFlops(nodes, nodes, training.batchSize);
    }, 0);
  }

  #sequence(split: string, index: number) {
    const { task, config } = this.#run;
    const sample = task.sample(config.seed, split, index) as TokenSample;
    const length = this.#run.lengthOf(split);
    const { tokens } = assembleBatch(task, [sample], length).inputs;
    return { sample, inputs: { tokens: tokens! }, program: this.#run.inferenceProgram(length) };
  }

  /** [1, …], as the step of a position finds them. */
  #statesAt(split: string, index: number, position: number): DenseMap {
    const { program, inputs } = this.#sequence(split, index);
    if (position === 0) return startOf(program, this.weights);
    const before = cut(program, 0, position);
    const tokens = rows(inputs.tokens.data, 0, position, 1);
    return evaluate(before, this.weights, { size: 1, inputs: { tokens } }).state;
  }

  /** The answers from a position on, for each of the states. */
  #from(split: string, index: number, position: number, states: DenseMap) {
    const { sample, program, inputs } = this.#sequence(split, index);
    const after = cut(program, position, program.length);
    const size = Object.values(states)[0]!.shape[0]!;
    const tokens = rows(inputs.tokens.data, position, program.length, size);
    const { outputs } = evaluate(after, this.weights, { size, inputs: { tokens }, state: states });
    const rest = {
      ...sample,
      tokens: sample.tokens.slice(position),
      targets: sample.targets.slice(position),
      mask: sample.mask.slice(position),
    };
    return Array.from({ length: size }, (_, b) => this.#answers(rest, outputs, b));
  }

  #answers({ tokens, targets, mask }: TokenSample, outputs: DenseMap, b = 0): Omit<Pass, 'taps'> {
    const word = (token: number): string => this.vocabulary[token]!;
    const { shape, data } = outputs[this.#run.model.output]!;
    const [, length = 0, width = 0] = shape;
    const probabilities = Array.from(mask, (_, t) => {
      const start = (b * length + t) * width;
      return softmax([...data.subarray(start, start + width)]);
    });
    return {
      tokens: Array.from(tokens, word),
      targets: Array.from(targets, word),
      counts: Array.from(mask, (counted) => counted === 1),
      probabilities,
      outputs: probabilities.map((row) => word(row.indexOf(Math.max(...row)))),
      losses: Array.from(mask, (counted, t) => (counted ? -Math.log(probabilities[t]![targets[t]!]!) : NaN)),
    };
  }

  /** Without the batch axis, where a tap has one. */
  #ownTaps({ variants, schedule }: Program, taps: DenseMap): Record<string, Tap> {
    const batched = new Set(
      schedule.flatMap((variant, step) => {
        const graph = variants[variant]!;
        return graph.taps
          .filter(({ node }) => graph.nodes[node]!.batched)
          .map(({ name }) => name.replace('{s}', String(step)));
      }),
    );
    return Object.fromEntries(
      Object.entries(taps).map(([name, { shape, data }]) => [
        name,
        tapOf(batched.has(name) ? shape.slice(1) : shape, data),
      ]),
    );
  }
}

function tapOf(shape: readonly number[], data: Float64Array): Tap {
  const offset = (index: readonly number[]): number =>
    shape.reduce((sum, extent, axis) => sum * extent + (index[axis] ?? 0), 0);
  return {
    shape,
    at: (...index) => data[offset(index)]!,
    row: (...index) => {
      const width = shape.slice(index.length).reduce((a, b) => a * b, 1);
      return [...data.subarray(offset(index), offset(index) + width)];
    },
  };
}

/** The states [1, …] at the start of a sequence. */
function startOf(program: Program, weights: NumericTensorMap): DenseMap {
  const variant = program.schedule[0]!;
  const graph = program.variants[variant]!;
  const { prologues } = settingOf(program, weights, { size: 1, inputs: {} });
  return Object.fromEntries(
    graph.states.map(({ name, shape, start }) => [
      name,
      { shape: [1, ...shape], data: prologues[variant]![start]!.slice() },
    ]),
  );
}

/** The steps [first, end) of a token model. */
function cut(program: Program, first: number, end: number): Program {
  return { ...program, schedule: program.schedule.slice(first, end), length: end - first };
}

/** [size, end − first], the same row in each. */
function rows(tokens: ArrayLike<number>, first: number, end: number, size: number) {
  const row = Array.from(tokens).slice(first, end);
  return { shape: [size, row.length], data: Array.from({ length: size }, () => row).flat() };
}

/** [1, …] → [size, …] */
function repeated(states: DenseMap, size: number): DenseMap {
  return Object.fromEntries(
    Object.entries(states).map(([name, { shape, data }]) => {
      const whole = new Float64Array(size * data.length);
      for (let b = 0; b < size; b++) whole.set(data, b * data.length);
      return [name, { shape: [size, ...shape.slice(1)], data: whole }];
    }),
  );
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const raw = logits.map((logit) => Math.exp(logit - most));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => value / sum);
}

/** Over the answers that count. */
export function meanLoss(losses: readonly number[]): number {
  const answers = losses.filter((loss) => !Number.isNaN(loss));
  return answers.reduce((a, b) => a + b, 0) / answers.length;
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const floats = (base64: string): Float32Array => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
};
