/** A GPU device with what the executor needs of it: buffers that are counted, pipelines that are shared, errors that are heard. */
import { PlaygroundError } from '../../foundation/errors.ts';

/** What is known of the adapter. */
export interface AdapterFacts {
  /** For the page, e.g. "nvidia, ampere". */
  readonly detail: string;
  /** WebGPU computed on the processor. */
  readonly software: boolean;
}

const bufferUsage = { mapRead: 1, copySource: 4, copyDestination: 8, uniform: 64, storage: 128 } as const;

export type Purpose = 'storage' | 'uniform' | 'readback';

const usages: Readonly<Record<Purpose, number>> = {
  storage: bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyDestination,
  uniform: bufferUsage.uniform | bufferUsage.copyDestination,
  readback: bufferUsage.mapRead | bufferUsage.copyDestination,
};

const computeStage = 4;

export interface Layout {
  readonly group: GPUBindGroupLayout;
  readonly pipeline: GPUPipelineLayout;
}

export class Device {
  readonly gpu: GPUDevice;
  readonly facts: AdapterFacts;
  readonly lost: Promise<{ readonly reason: string }>;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  readonly #layouts = new Map<string, Layout>();
  #bytes = 0;
  #objects = 0;
  #failure: string | null = null;
  #gone: string | null = null;
  #closing = false;

  constructor(gpu: GPUDevice, facts: AdapterFacts) {
    this.gpu = gpu;
    this.facts = facts;
    gpu.addEventListener('uncapturederror', (event) => {
      this.#failure ??= event.error.message;
    });
    this.lost = new Promise((resolve) => {
      void gpu.lost.then(({ message, reason }) => {
        this.#gone = message || reason;
        if (!this.#closing) resolve({ reason: this.#gone });
      });
    });
  }

  /** @throws PlaygroundError `device-lost` or `executor-failed` where the device has reported an error. */
  check(): void {
    if (this.#gone !== null) {
      throw new PlaygroundError(
        'device-lost',
        `The graphics device is gone: ${this.#gone}`,
        'The run is as it was at its last checkpoint.',
        'Go on with another executor, or reload the page.',
      );
    }
    if (this.#failure !== null) {
      throw new PlaygroundError(
        'executor-failed',
        `WebGPU reported an error: ${this.#failure}`,
        'The run is as it was at its last checkpoint.',
        'Choose another executor.',
      );
    }
  }

  memory(): { readonly bytes: number; readonly objects: number } {
    return { bytes: this.#bytes, objects: this.#objects };
  }

  /** @throws PlaygroundError `unsupported-program` where the device cannot have such a large buffer. */
  buffer(bytes: number, purpose: Purpose): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const { maxStorageBufferBindingSize, maxBufferSize } = this.gpu.limits;
    const most = purpose === 'storage' ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (size > most) {
      throw new PlaygroundError(
        'unsupported-program',
        `This model needs ${megabytes(size)} in one GPU buffer; this device allows ${megabytes(most)}.`,
        'Nothing was changed.',
        'Choose a smaller batch, a back-propagation strategy that keeps less, or another executor.',
      );
    }
    const buffer = this.gpu.createBuffer({ size, usage: usages[purpose] });
    this.#bytes += size;
    this.#objects++;
    return buffer;
  }

  free(buffer: GPUBuffer): void {
    this.#bytes -= buffer.size;
    this.#objects--;
    buffer.destroy();
  }

  /** One group of buffers, in the order of their bindings. */
  layout(types: readonly GPUBufferBindingType[]): Layout {
    const key = types.join();
    const known = this.#layouts.get(key);
    if (known) return known;
    const group = this.gpu.createBindGroupLayout({
      entries: types.map((type, binding) => ({
        binding,
        visibility: computeStage,
        buffer: { type, hasDynamicOffset: type === 'uniform' },
      })),
    });
    const layout = { group, pipeline: this.gpu.createPipelineLayout({ bindGroupLayouts: [group] }) };
    this.#layouts.set(key, layout);
    return layout;
  }

  /** Compiled once for each text. */
  pipeline(code: string, { pipeline: layout }: Layout): Promise<GPUComputePipeline> {
    const known = this.#pipelines.get(code);
    if (known) return known;
    // What is wrong with a text is told by the rejected pipeline; the device itself stays in order.
    this.gpu.pushErrorScope('validation');
    const module = this.gpu.createShaderModule({ code });
    const problem = this.gpu.popErrorScope();
    const made = this.gpu
      .createComputePipelineAsync({ layout, compute: { module, entryPoint: 'main' } })
      .catch(async (error: unknown) => {
        throw (await problem) ?? error;
      })
      .catch((error: unknown) => {
        this.#pipelines.delete(code);
        throw new PlaygroundError(
          'executor-failed',
          `WebGPU could not compile a kernel: ${messageOf(error)}`,
          'Nothing was changed.',
          'Choose another executor.',
        );
      });
    this.#pipelines.set(code, made);
    return made;
  }

  /** A copy of what a readback buffer holds. */
  async read(buffer: GPUBuffer, floats: number): Promise<Float32Array<ArrayBuffer>> {
    try {
      await buffer.mapAsync(1, 0, Math.max(16, floats * 4));
    } catch (error) {
      this.check();
      throw error;
    }
    const data = new Float32Array(buffer.getMappedRange(0, Math.max(16, floats * 4)).slice(0, floats * 4));
    buffer.unmap();
    this.check();
    return data;
  }

  close(): void {
    this.#closing = true;
    this.gpu.destroy();
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** GPU errors have a message and are no errors of JavaScript. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
