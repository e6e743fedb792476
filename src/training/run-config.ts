/**
 * From a RunConfig, as the page or a file gives it, to everything a run is made of: checked values, the task with its data,
 * the model with its sizes, and the programs for each length. All checks happen here, before a run that exists is touched.
 */
import type { Workload } from '../executors/choose.ts';
import { PlaygroundError } from '../foundation/errors.ts';
import { checkFields } from '../foundation/fields.ts';
import type { FieldValues } from '../foundation/fields.ts';
import type { LossKind } from '../graph/loss.ts';
import type { ParameterSpec, Program } from '../graph/types.ts';
import { sameShape } from '../graph/types.ts';
import type { ModelDefinition, TaskEnds } from '../models/model.ts';
import { buildProgram } from '../models/program.ts';
import { modelById } from '../models/registry.ts';
import { taskById } from '../tasks/registry.ts';
import type { SplitName, TaskInstance, UserData } from '../tasks/task.ts';
import { assembleBatch, samplesOf } from './batches.ts';
import { strategyOf, trainingFields } from './config.ts';
import type { TrainingValues } from './config.ts';
import { initialParameters } from './parameters.ts';
import type { RunConfig } from './run.ts';

export interface PreparedRun {
  /** With every field filled in. */
  readonly config: RunConfig;
  readonly model: ModelDefinition;
  /** Fields of the model and the sizes that the task decides. */
  readonly modelConfig: FieldValues;
  readonly task: TaskInstance;
  readonly training: TrainingValues;
  readonly loss: LossKind;
  readonly parameters: readonly ParameterSpec[];
  /** The training program: sequences of the trained length, with a loss. */
  readonly program: Program;
  /** A program of another length, without a loss. */
  inferenceProgram(length: number): Program;
  /** A program of another length, with the loss of training. */
  lossProgram(length: number): Program;
  /** Positions of the split's longest sample. */
  lengthOf(split: SplitName): number;
  /** Why the model cannot read sequences of so many positions, or null. */
  problemAt(length: number): string | null;
}

/**
 * @throws PlaygroundError `invalid-config`, `unknown-model`, `unknown-task`, `wrong-data`, or what the task says of its data.
 */
export function prepareRun(config: RunConfig, data?: UserData): PreparedRun {
  const model = modelById(config.model.id);
  const definition = taskById(config.task.id);
  if (model.listed === false)
    throw invalid(`${model.name} is a part of a model and is not trained by itself.`);
  const training = checkFields(trainingFields, config.training);
  const modelFields = checkFields(model.fields, config.model.fields);
  const taskFields = checkFields(definition.fields, config.task.fields);
  if (!Number.isSafeInteger(config.seed))
    throw invalid(`The seed must be a whole number, not ${config.seed}.`);
  checkData(config, data);

  const task = definition.instantiate(taskFields, data);
  const ends = endsOf(task);
  if (task.kind === 'vectors' && model.input === 'tokens')
    throw invalid(`${model.name} reads tokens, but “${definition.name}” gives vectors of numbers.`);
  const modelConfig = { ...modelFields, ...model.sizes(ends) };
  const problemAt = (length: number): string | null => model.problem?.(modelConfig, ends, length) ?? null;
  for (const { length } of task.splits) {
    const problem = problemAt(length);
    if (problem) throw invalid(problem);
  }

  const loss: LossKind = task.kind === 'tokens' ? 'crossEntropy' : 'mse';
  const oneHotTokens = task.kind === 'tokens';
  const program = buildProgram(model, modelConfig, { length: lengthOf(task, 'train'), loss, oneHotTokens });
  const programOf = (length: number, lossKind: LossKind | null): Program => {
    const other = buildProgram(model, modelConfig, { length, loss: lossKind, oneHotTokens });
    checkSameParameters(program, other);
    return other;
  };
  return {
    config: {
      version: 1,
      task: { id: definition.id, fields: taskFields, ...(data && { dataHash: data.hash }) },
      model: { id: model.id, fields: modelFields },
      training,
      seed: config.seed,
      executor: config.executor,
    },
    model,
    modelConfig,
    task,
    training,
    loss,
    parameters: program.parameters,
    program,
    inferenceProgram: (length) => programOf(length, null),
    lossProgram: (length) => (length === program.length ? program : programOf(length, loss)),
    lengthOf: (split) => lengthOf(task, split),
    problemAt,
  };
}

/** What an executor must do for a run, to be compiled and timed before the run exists. */
export function workloadOf({ task, config, training, program }: PreparedRun): Workload {
  const samples = samplesOf(task, config.seed, 'train', 0, training.batchSize);
  return {
    program,
    batch: assembleBatch(task, samples, program.length),
    parameters: initialParameters(program.parameters, config.seed),
    strategy: strategyOf(training),
  };
}

function endsOf(task: TaskInstance): TaskEnds {
  return task.kind === 'tokens'
    ? { kind: 'tokens', vocabularySize: task.vocabulary.length, outputSize: task.outputSize }
    : { kind: 'vectors', inputSize: task.inputSize, outputSize: task.outputSize };
}

function lengthOf(task: TaskInstance, split: SplitName): number {
  const found = task.splits.find(({ name }) => name === split);
  if (!found) throw invalid(`This task has no data called “${split}”.`);
  return found.length;
}

/** A resumed run must see the text it was trained on. */
function checkData({ task }: RunConfig, data: UserData | undefined): void {
  if (task.dataHash === undefined || task.dataHash === data?.hash) return;
  throw new PlaygroundError(
    'wrong-data',
    data
      ? `“${data.name}” is not the text that this run was trained on.`
      : 'The text that this run was trained on is not there any more.',
    'Nothing was changed.',
    'Give the same file again, or start a new run.',
  );
}

/** A shorter or longer sequence must not need weights that training does not have. */
function checkSameParameters(trained: Program, other: Program): void {
  for (const { name, shape } of other.parameters) {
    const known = trained.parameters.find((parameter) => parameter.name === name);
    if (!known || !sameShape(known.shape, shape))
      throw invalid(
        `${name} is needed at length ${other.length} but not trained at length ${trained.length}.`,
      );
  }
}

function invalid(message: string): PlaygroundError {
  return new PlaygroundError(
    'invalid-config',
    message,
    'Nothing was changed.',
    'Change the setting and try again.',
  );
}
