/** The replication page: hands runs to its worker, one after the other, and is found by the script as `replication`. */
import { experiments } from '../../training/experiments/registry.ts';
import { markdownOf, reportOf } from '../../training/experiments/report.ts';
import type { Answer, ReplicationPage, RunRequest, TrainedRun } from './protocol.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

function train(request: RunRequest): Promise<TrainedRun> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('trained' in data) resolve(data.trained);
      else reject(new Error(data.failure));
    };
    worker.onerror = (event) => reject(new Error(`the worker failed: ${event.message}`));
    worker.postMessage(request);
  });
}

const replication: ReplicationPage = {
  experiments,
  train,
  report(id, circumstances, rows) {
    const experiment = experiments.find((known) => known.id === id);
    if (!experiment) throw new Error(`no experiment ${id}`);
    const data = reportOf(experiment, circumstances, rows);
    return { data, markdown: markdownOf(experiment, data) };
  },
};

Object.assign(globalThis, { replication });
