/**
 * Random programs for property tests: valid token and segment models with plain, FIFO, integer and growing states, parameters
 * shared in several ways, taps and a loss. Programs are pure functions of their seed. Operations that jump (floor, bare
 * comparisons) are left out and values are kept near 1, so that derivatives can be checked numerically and single precision
 * can be compared with double.
 */
import { RandomStream } from '../foundation/random.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { NumericTensor } from '../graph/evaluate.ts';
import type { LossKind } from '../graph/loss.ts';
import type { Program, Shape } from '../graph/types.ts';
import { elementCount } from '../graph/types.ts';
import type { ModelDefinition, Situation } from '../models/model.ts';
import { buildProgram } from '../models/program.ts';
import type { ExampleRun } from './op-examples.ts';
import { Sketch } from './random-sketch.ts';

export interface RandomProgram extends ExampleRun {
  /** The same model for the first step alone and for all steps after it; null when there is only one step. */
  readonly cut: { readonly first: Program; readonly rest: Program } | null;
}

const vocabularySize = 5;
const inputWidth = 3;

export interface RandomProgramOptions {
  /** Leave gradients stopped here and there, where numeric derivatives would differ. Default true. */
  readonly stopGradients?: boolean;
}

/** A program with parameters (rounded to single precision) and a batch for it. */
export function randomProgram(
  seed: number,
  { stopGradients = true }: RandomProgramOptions = {},
): RandomProgram {
  const random = new RandomStream('random program', seed);
  const unit = random.integer(2) === 0 ? 'token' : 'segment';
  const loss: LossKind = random.integer(2) === 0 ? 'crossEntropy' : 'mse';
  const length = unit === 'token' ? random.between(1, 4) : random.between(2, 6);
  const model = randomModel(seed, unit, random.between(1, 3), stopGradients);
  const program = buildProgram(model, {}, { length, loss });
  const size = random.between(1, 3);
  const parameters = Object.fromEntries(
    program.parameters.map(({ name, shape }) => [name, randomTensor(shape, random, 0.6)]),
  );
  const positions = [size, length];
  const inputs: Record<string, NumericTensor> = {
    x: randomTensor([...positions, inputWidth], random, 1),
    tokens: randomIndices(positions, vocabularySize, random),
    weight: randomTensor(positions, random, 1),
    target:
      loss === 'mse'
        ? randomTensor([...positions, vocabularySize], random, 1)
        : randomIndices(positions, vocabularySize, random),
  };
  const state = random.integer(2) === 0 ? randomState(program, size, random) : null;
  const cut = cutAfterFirstStep(model, program, loss);
  return { program, parameters, batch: { size, inputs, ...(state ? { state } : {}) }, cut };
}

function cutAfterFirstStep(model: ModelDefinition, program: Program, loss: LossKind): RandomProgram['cut'] {
  const { tokens, states, nodes } = program.variants[program.schedule[0]!]!;
  if (program.schedule.length === 1) return null;
  const stateShapes = Object.fromEntries(states.map(({ name, next }) => [name, nodes[next]!.shape]));
  return {
    first: buildProgram(model, {}, { length: tokens, loss }),
    rest: buildProgram(model, {}, { length: program.length - tokens, loss, stateShapes }),
  };
}

/** Values for all states, as if another sequence had gone before. */
function randomState(program: Program, size: number, random: RandomStream): Record<string, NumericTensor> {
  const { states } = program.variants[program.schedule[0]!]!;
  return Object.fromEntries(
    states.map(({ name, shape, dtype }) => {
      const whole = [size, ...shape];
      return [name, dtype === 'i32' ? randomIndices(whole, 4, random) : randomTensor(whole, random, 0.6)];
    }),
  );
}

function randomTensor(shape: Shape, random: RandomStream, scale: number): NumericTensor {
  const data = Array.from({ length: elementCount(shape) }, () => Math.fround(scale * random.normal()));
  return { shape, data };
}

function randomIndices(shape: Shape, limit: number, random: RandomStream): NumericTensor {
  return { shape, data: Array.from({ length: elementCount(shape) }, () => random.integer(limit)) };
}

function randomModel(
  seed: number,
  unit: 'token' | 'segment',
  segmentLength: number,
  stopGradients: boolean,
): ModelDefinition {
  return {
    id: `random-${seed}`,
    name: `Random ${unit} model ${seed}`,
    fields: {},
    about: {
      title: '',
      summary: '',
      authors: '',
      year: 0,
      source: '',
      link: '',
      formulas: [],
      lookFor: [],
      reconstruction: [],
    },
    presets: [],
    input: 'vector',
    unit,
    output: 'y',
    segmentLength: () => segmentLength,
    sizes: () => ({}),
    step: (g, _config, situation) => {
      randomStep(g, new Sketch(g, new RandomStream('random step', seed), stopGradients), unit, situation);
    },
  };
}

/** Draws the same equations for every situation of one seed: only extents along the sequence differ. */
function randomStep(
  g: GraphBuilder,
  sketch: Sketch,
  unit: 'token' | 'segment',
  { tokens, stateShapes }: Situation,
): void {
  const { random } = sketch;
  const positions = unit === 'segment' ? [tokens] : [];
  const x = g.input('x', [...positions, inputWidth]);
  const indices = g.input('tokens', positions, 'i32');
  sketch.pool.push(x, sketch.embed(indices, vocabularySize));

  const advance: (() => void)[] = [];
  advance.push(sketch.plainState('hidden', 4));
  if (random.integer(2) === 0) advance.push(sketch.memoryState('memory', 3, 4));
  if (random.integer(2) === 0) advance.push(sketch.fifoState('events', random.between(1, 3), 3));
  if (random.integer(2) === 0) advance.push(sketch.counterState('count'));
  if (unit === 'segment' && random.integer(2) === 0) {
    advance.push(sketch.cacheState('cache', x, stateShapes?.['cache']?.[0] ?? 0, 3));
  }

  const operations = random.between(6, 14);
  for (let i = 0; i < operations; i++) {
    const value = sketch.operation();
    if (random.integer(4) === 0) g.tap(unit === 'segment' ? `tap${i}.{s}` : `tap${i}`, value);
  }
  for (const step of advance) step();
  g.output('y', sketch.output(x, vocabularySize));
}
