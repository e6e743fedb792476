/** Trains one run at a time, in a module worker as in the product; the executor stays open from run to run. */
import { openExecutor } from '../../executors/choose.ts';
import type { OpenedExecutor } from '../../executors/choose.ts';
import { configOf } from '../../training/experiments/experiment.ts';
import { experiments } from '../../training/experiments/registry.ts';
import { trainToEnd } from '../../training/experiments/replicate.ts';
import type { RunConfig } from '../../training/run.ts';
import type { Answer, RunRequest, TrainedRun } from './protocol.ts';

const opened = new Map<RunConfig['executor'], Promise<OpenedExecutor>>();

async function train({ experiment, group, run, ...how }: RunRequest): Promise<TrainedRun> {
  const found = experiments.find(({ id }) => id === experiment)?.groups[group]?.runs[run];
  if (!found) throw new Error(`no run ${run} in group ${group} of ${experiment}`);
  const opening = opened.get(how.executor) ?? openExecutor(how.executor);
  opened.set(how.executor, opening);
  const { executor } = await opening;
  return { result: await trainToEnd(configOf(found, how), executor), executor: executor.name };
}

export function receive(request: RunRequest): void {
  const answer = train(request).then(
    (trained): Answer => ({ trained }),
    (error: unknown): Answer => ({ failure: error instanceof Error ? error.message : String(error) }),
  );
  void answer.then((result) => globalThis.postMessage(result));
}
