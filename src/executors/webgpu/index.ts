/** Opens the GPU executor on a device of its own. */
import { PlaygroundError } from '../../foundation/errors.ts';
import { findAdapter } from '../adapter.ts';
import type { Executor } from '../executor.ts';
import { createWebgpuExecutor, deviceLimits } from './executor.ts';

/** @throws PlaygroundError `executor-unavailable` where the browser has no adapter. */
export async function openWebgpuExecutor(): Promise<Executor> {
  const { adapter, report } = await findAdapter();
  if (!adapter) {
    throw new PlaygroundError(
      'executor-unavailable',
      report.reason,
      'Nothing was changed.',
      'Choose an executor that runs on the processor.',
    );
  }
  const device = await adapter.requestDevice({ requiredLimits: deviceLimits(adapter) });
  return createWebgpuExecutor({ device, detail: report.detail, software: report.software });
}
