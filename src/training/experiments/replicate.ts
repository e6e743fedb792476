/** Trains one run of an experiment to its end and measures it once, on every split. */
import type { Executor } from '../../executors/executor.ts';
import type { Failure } from '../../foundation/errors.ts';
import { elementCount } from '../../graph/types.ts';
import { Mailbox } from '../mailbox.ts';
import { prepareRun } from '../run-config.ts';
import type { Evaluation, RunConfig } from '../run.ts';
import { trainingSession } from '../session.ts';
import type { RunResult } from './result.ts';
import { scoresOf } from './result.ts';

/** @throws PlaygroundError as `prepareRun` and `trainingSession` do; a run that diverges is a result, not an error. */
export async function trainToEnd(config: RunConfig, executor: Executor): Promise<RunResult> {
  const began = performance.now();
  const run = prepareRun(config);
  const { steps } = run.training;
  const mailbox = new Mailbox();
  void mailbox.post({ type: 'step', count: steps });
  const evaluations: Evaluation[] = [];
  let failure: Failure | null = null;
  const session = trainingSession({ run, executor, mailbox, checkpointSeconds: Infinity });
  for await (const event of session) {
    if (event.type === 'stopped') failure = event.failure;
    if (event.type === 'evaluation') evaluations.push(event.evaluation);
    if (failure || evaluations.length === run.task.splits.length) break;
  }
  return {
    seed: config.seed,
    parameters: run.parameters.reduce((total, { shape }) => total + elementCount(shape), 0),
    steps,
    trainingSeconds: evaluations[0]?.seconds ?? 0,
    wallSeconds: (performance.now() - began) / 1000,
    scores: failure ? {} : Object.fromEntries(evaluations.map((found) => [found.split, scoresOf(found)])),
    baseline: run.task.baseline ?? null,
    failure,
  };
}
