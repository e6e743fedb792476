/**
 * Operates on the memory of one sequence, on the weights as they are, and tells what that did to the outputs. Weights are only
 * read; the run goes on as if nothing had happened.
 */
import { PlaygroundError } from '../../foundation/errors.ts';
import type { Program } from '../../graph/types.ts';
import type { Sample } from '../../tasks/task.ts';
import { assembleInputs } from '../batches.ts';
import type { RunView } from '../inference.ts';
import { positionLosses, softmaxRows } from '../metrics.ts';
import type { PreparedRun } from '../run-config.ts';
import { banksOf } from './banks.ts';
import type {
  Course,
  Intervention,
  InterventionRequest,
  InterventionResult,
  Survey,
} from './intervention.ts';
import { runLanes, startState } from './rollout.ts';
import type { Lane, RolloutSetup } from './rollout.ts';

/** Lanes of one pass: wide enough to be quick, narrow enough for a phone. */
const mostLanes = 64;

/**
 * @throws PlaygroundError `invalid-intervention` when the memory or the sequence does not have what is asked for, `bank-grows`
 * when what is still filling should be held.
 */
export async function intervene(view: RunView, request: InterventionRequest): Promise<InterventionResult> {
  const { run, sample, probe, step } = view;
  const { interventions, survey } = request;
  const positions = sample.mask.length;
  for (const { position } of [...interventions, ...(survey ? [survey] : [])])
    checkPosition(position, positions);
  for (const intervention of interventions) checkNumbers(run, intervention);
  const setup = await prepare(view);
  const surveyed = survey ? surveyedSlots(setup.program, survey) : [];
  const lanes: Lane[] = [
    [],
    ...(interventions.length > 0 ? [interventions] : []),
    ...surveyed.map((slot): Lane => [{ ...survey!, kind: 'erase', slots: [slot] }]),
  ];
  const outputs: Float32Array[] = [];
  for (let first = 0; first < lanes.length; first += mostLanes)
    outputs.push(...(await runLanes(setup, lanes.slice(first, first + mostLanes))));
  const [unchanged, ...others] = outputs as [Float32Array, ...Float32Array[]];
  const before = courseOf(run, sample, unchanged);
  const after = interventions.length > 0 ? courseOf(run, sample, others.shift()!) : before;
  return {
    ...{ request, step, before, after },
    split: probe.split,
    sampleIndex: probe.sampleIndex,
    tokens: sample.kind === 'tokens' ? sample.tokens.slice() : null,
    inputs: sample.kind === 'vectors' ? sample.inputs.slice() : null,
    targets: sample.targets.slice(),
    mask: sample.mask.slice(),
    survey: survey && surveyOf(run, sample, survey, before, others),
  };
}

async function prepare(view: RunView): Promise<RolloutSetup> {
  const { run, pool, sample, length } = view;
  const program = run.inferenceProgram(length);
  return {
    ...{ program, pool },
    inputs: assembleInputs(run.task, [sample], length).inputs,
    positions: sample.mask.length,
    output: run.model.output,
    width: run.task.outputSize,
    start: startState(program, await view.parameters()),
  };
}

function checkPosition(position: number, positions: number): void {
  if (Number.isInteger(position) && position >= 0 && position < positions) return;
  throw invalid(`The sequence has no position ${position}: it has ${positions}, counted from 0.`);
}

function checkNumbers(run: PreparedRun, intervention: Intervention): void {
  const { kind } = intervention;
  if (kind === 'noise' && !(intervention.amount >= 0 && intervention.amount <= 1000))
    throw invalid(`The amount of noise must be between 0 and 1,000, not ${intervention.amount}.`);
  if (kind !== 'clamp') return;
  const { gate: name, value } = intervention;
  const maximum = run.program.variants[0]!.gates.find((gate) => gate.name === name)?.maximum ?? Infinity;
  if (!(value >= 0 && value <= maximum))
    throw invalid(`The ${name} can be held between 0 and ${maximum}, not at ${value}.`);
}

/** The slots that the bank has at the position. */
function surveyedSlots(
  { variants, schedule }: Program,
  { bank, position }: NonNullable<InterventionRequest['survey']>,
): number[] {
  let end = 0;
  for (const variant of schedule) {
    const graph = variants[variant]!;
    end += graph.tokens;
    if (position >= end) continue;
    const found = banksOf(graph).find(({ name }) => name === bank);
    if (!found) throw invalid(`This model has no memory called “${bank}”.`);
    return Array.from({ length: found.count }, (_, slot) => slot);
  }
  return [];
}

function courseOf({ task }: PreparedRun, sample: Sample, outputs: Float32Array): Course {
  const losses = positionLosses(sample, outputs, task);
  return {
    predictions: task.kind === 'tokens' ? softmaxRows(outputs, task.outputSize) : outputs,
    losses,
    loss: meanOf(losses),
  };
}

/** Over what is a number; NaN where nothing is. */
function meanOf(values: Float32Array): number {
  const counted = values.filter((value) => !Number.isNaN(value));
  return counted.reduce((sum, value) => sum + value, 0) / counted.length;
}

function surveyOf(
  run: PreparedRun,
  sample: Sample,
  { bank, position }: NonNullable<InterventionRequest['survey']>,
  before: Course,
  outputs: readonly Float32Array[],
): Survey {
  const courses = outputs.map((output) => courseOf(run, sample, output));
  return {
    ...{ bank, position },
    lossChanges: Float32Array.from(courses, ({ loss }) => loss - before.loss),
    outputChanges: Float32Array.from(courses, (course) => outputChange(run, before, course, position)),
  };
}

function outputChange({ task }: PreparedRun, before: Course, after: Course, position: number): number {
  const [from, to] = [before.predictions, after.predictions];
  const start = position * task.outputSize;
  let sum = 0;
  for (let i = start; i < from.length; i++) {
    const change = to[i]! - from[i]!;
    sum += task.kind === 'tokens' ? Math.abs(change) / 2 : change ** 2;
  }
  if (task.kind === 'tokens') return sum / ((from.length - start) / task.outputSize);
  return Math.sqrt(sum / (from.length - start));
}

function invalid(message: string): PlaygroundError {
  return new PlaygroundError(
    'invalid-intervention',
    message,
    'Nothing was changed.',
    'Undo the intervention, or choose another.',
  );
}
