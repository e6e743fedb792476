/** The optimizer's two kernels, shared by all executions of an executor. */
import type { OptimizerSettings } from '../executor.ts';
import type { Device, Layout } from './device.ts';
import { normKernel, partialSums, settingsBytes, settingsRecord, updateKernel } from './optimizer.ts';
import type { WebgpuStore } from './store.ts';

export class Updater {
  /** Sums of squares of the last gradient. */
  readonly squares: GPUBuffer;
  readonly #device: Device;
  readonly #settings: GPUBuffer;
  readonly #norm: GPUComputePipeline;
  readonly #update: GPUComputePipeline;

  private constructor(device: Device, norm: GPUComputePipeline, update: GPUComputePipeline) {
    this.#device = device;
    this.#norm = norm;
    this.#update = update;
    this.squares = device.buffer(partialSums * 4, 'storage');
    this.#settings = device.buffer(settingsBytes, 'uniform');
  }

  static async create(device: Device): Promise<Updater> {
    const layout = layoutOf(device);
    const [norm, update] = await Promise.all([
      device.pipeline(normKernel, layout),
      device.pipeline(updateKernel, layout),
    ]);
    return new Updater(device, norm, update);
  }

  /** Two dispatches: the norm, then clipping and AdamW. */
  dispatch(
    pass: GPUComputePassEncoder,
    store: WebgpuStore,
    memory: GPUBuffer,
    gradient: number,
    settings: OptimizerSettings,
  ): void {
    const { floats, decaying, parameters, firstMoments, secondMoments } = store;
    const record = settingsRecord(settings, store.updates + 1, { floats, decaying, gradient });
    this.#device.gpu.queue.writeBuffer(this.#settings, 0, record);
    const buffers = [memory, parameters, firstMoments, secondMoments, this.squares, this.#settings];
    const group = this.#device.gpu.createBindGroup({
      layout: layoutOf(this.#device).group,
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    pass.setBindGroup(0, group, [0]);
    pass.setPipeline(this.#norm);
    pass.dispatchWorkgroups(partialSums);
    pass.setPipeline(this.#update);
    pass.dispatchWorkgroups(Math.max(1, Math.min(1024, Math.ceil(floats / 64))));
  }

  dispose(): void {
    this.#device.free(this.squares);
    this.#device.free(this.#settings);
  }
}

function layoutOf(device: Device): Layout {
  return device.layout(['read-only-storage', 'storage', 'storage', 'storage', 'storage', 'uniform']);
}
