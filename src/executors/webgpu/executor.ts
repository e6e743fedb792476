/**
 * The GPU executor: step graphs compiled to WGSL. A workgroup owns a sample and goes through time inside the kernel; what does
 * not depend on the step before is computed for all steps side by side. A training step is about ten dispatches.
 */
import type { Program, Shape } from '../../graph/types.ts';
import type { CompileOptions, Execution, Executor, ParameterStore } from '../executor.ts';
import { Device } from './device.ts';
import type { AdapterFacts } from './device.ts';
import { WebgpuExecution } from './execution.ts';
import { WebgpuStore } from './store.ts';
import { Updater } from './updater.ts';
import type { Workgroups } from './variant.ts';

export interface WebgpuOptions extends AdapterFacts {
  readonly device: GPUDevice;
  /** Instead of what suits the adapter. */
  readonly workgroups?: Partial<Workgroups>;
}

/** Software adapters run a workgroup's threads one after another, four at a time, and pay for every barrier. */
const suited = {
  software: { threads: 8, slots: 64, mostPlainTasks: 24 },
  hardware: { threads: 128, slots: 1024, mostPlainTasks: 24 },
} as const satisfies Record<string, Workgroups>;

/** What to ask of an adapter: room for large models; all else is within the limits that every device has. */
export function deviceLimits({ limits }: GPUAdapter): Record<string, number> {
  const { maxBufferSize, maxStorageBufferBindingSize } = limits;
  return { maxBufferSize, maxStorageBufferBindingSize };
}

/** Works on any device; limits above the defaults are used where the device has them. */
export async function createWebgpuExecutor({
  device: gpu,
  workgroups = {},
  ...facts
}: WebgpuOptions): Promise<Executor> {
  const device = new Device(gpu, facts);
  const usual = suited[facts.software ? 'software' : 'hardware'];
  return new WebgpuExecutor(device, await Updater.create(device), { ...usual, ...workgroups });
}

class WebgpuExecutor implements Executor {
  readonly name = 'webgpu';
  readonly detail: string;
  readonly lost: Executor['lost'];
  readonly #device: Device;
  readonly #updater: Updater;
  readonly #workgroups: Workgroups;

  constructor(device: Device, updater: Updater, workgroups: Workgroups) {
    this.#workgroups = workgroups;
    this.#device = device;
    this.#updater = updater;
    this.detail = device.facts.detail;
    this.lost = device.lost;
  }

  async createStore(
    specs: readonly { readonly name: string; readonly shape: Shape }[],
  ): Promise<ParameterStore> {
    this.#device.check();
    return new WebgpuStore(this.#device, specs);
  }

  async compile(program: Program, store: ParameterStore, options: CompileOptions): Promise<Execution> {
    if (!(store instanceof WebgpuStore) || store.device !== this.#device) {
      throw new Error(`the store belongs to another executor than ${this.name}`);
    }
    this.#device.check();
    return WebgpuExecution.compile(program, store, this.#workgroups, this.#updater, options);
  }

  memory(): { readonly bytes: number; readonly objects: number } {
    return this.#device.memory();
  }

  dispose(): void {
    this.#updater.dispose();
    this.#device.close();
  }
}
