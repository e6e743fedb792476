/** The page in which everything is timed; run.mjs calls what it puts on `window`. */
import { strategyCost } from '../src/graph/cost.ts';
import type { TensorMap } from '../src/graph/types.ts';
import { matmulRate } from './matmul-rate.ts';
import type { Measurement, SystemName } from './systems.ts';
import { measure } from './systems.ts';
import type { Workload, WorkloadName } from './workloads.ts';
import { makeWorkload } from './workloads.ts';

export interface BenchPage {
  /** GFLOP/s */
  matmulRate(): Promise<number>;
  /** Names of the strategies of a workload. */
  strategies(workload: string): string[];
  flops(workload: string): number;
  /** A workload as JSON, for peers outside of the browser. */
  describe(workload: string): string;
  measure(workload: string, system: string, strategy: string): Promise<Measurement & { flops: number }>;
}

/** What is recomputed is no progress: the work of full back-propagation counts for all strategies. */
function flopsOf({ program, batch }: Workload): number {
  return strategyCost(program, batch.size, { kind: 'full' }).flops;
}

declare global {
  interface Window {
    bench: BenchPage;
  }
}

const page: BenchPage = {
  matmulRate,
  strategies: (name) => makeWorkload(name as WorkloadName).strategies.map(({ kind }) => kind),
  flops: (name) => flopsOf(makeWorkload(name as WorkloadName)),
  describe: (name) => {
    const { program, parameters, batch } = makeWorkload(name as WorkloadName);
    const plain = (tensors: TensorMap): object =>
      Object.fromEntries(
        Object.entries(tensors).map(([key, { data, shape, dtype }]) => [
          key,
          { data: [...data], shape, dtype },
        ]),
      );
    return JSON.stringify({
      program,
      parameters: plain(parameters),
      batch: { size: batch.size, inputs: plain(batch.inputs) },
    });
  },
  measure: async (name, system, kind) => {
    const workload = makeWorkload(name as WorkloadName);
    const strategy = workload.strategies.find((candidate) => candidate.kind === kind)!;
    return { ...(await measure(system as SystemName, workload, strategy)), flops: flopsOf(workload) };
  },
};

window.bench = page;
