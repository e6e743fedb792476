/** Loads the kernels: the build with fused multiply-add where the machine has relaxed SIMD, else the one for plain SIMD. */
import { PlaygroundError } from '../../foundation/errors.ts';

/** Builds with `threads` import a memory that several instances share. */
export type KernelBuild = 'simd' | 'relaxed' | 'simd-threads' | 'relaxed-threads';

/** Where the compiled kernels come from: fetched beside the page, or read from disk in tests. */
export type KernelSource = (build: KernelBuild) => Promise<BufferSource | Response>;

/** The exports of kernels/index.ts. */
interface KernelExports {
  /** Runs the instructions from byte address `begin` to `end`. */
  execute(begin: number, end: number): void;
  /** See kernels/optimizer.ts. */
  adamw(
    parameter: number,
    gradient: number,
    first: number,
    second: number,
    count: number,
    scale: number,
    beta1: number,
    beta2: number,
    step: number,
    correction: number,
    epsilon: number,
    decay: number,
  ): void;
  configure(scratch: number): void;
  firstFreeByte(): number;
  readonly scratchBytes: WebAssembly.Global;
}

export interface Kernels extends Pick<KernelExports, 'execute' | 'adamw'> {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly relaxed: boolean;
  /** Bytes at the start of the memory that belong to the module and to this instance. */
  readonly reservedBytes: number;
  /** Bytes that every instance needs for itself. */
  readonly scratchBytes: number;
}

// Smallest modules that use one instruction of each extension: i32x4.splat, and f32x4.relaxed_madd.
const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0];
const simdProbe = [...header, 10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x11, 0x0b];
const zeroVector = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
const relaxedProbe = [
  ...header,
  ...[10, 61, 1, 59, 0],
  ...zeroVector,
  ...zeroVector,
  ...zeroVector,
  ...[0xfd, 0x85, 0x02, 0x0b],
];

export function supportsSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from(simdProbe));
}

export function supportsRelaxedSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from(relaxedProbe));
}

/** @throws PlaygroundError `no-simd` in browsers from before 2023. */
export async function loadKernels(source: KernelSource = fetched, shared = false): Promise<Kernels> {
  if (!supportsSimd()) {
    throw new PlaygroundError(
      'no-simd',
      'This browser has no WebAssembly SIMD.',
      'Nothing was changed.',
      'Choose another executor.',
    );
  }
  const relaxed = supportsRelaxedSimd();
  const build = relaxed ? 'relaxed' : 'simd';
  const code = await source(shared ? `${build}-threads` : build);
  const module =
    code instanceof Response ? await WebAssembly.compileStreaming(code) : await WebAssembly.compile(code);
  const memory = shared ? sharedMemory() : new WebAssembly.Memory({ initial: 16 });
  const exports = await instantiate(module, memory);
  const scratch = Math.ceil(exports.firstFreeByte() / 64) * 64;
  const scratchBytes = Number(exports.scratchBytes.value);
  exports.configure(scratch);
  return {
    memory,
    module,
    relaxed,
    execute: (begin, end) => exports.execute(begin, end),
    adamw: (...operands) => exports.adamw(...operands),
    reservedBytes: scratch + scratchBytes,
    scratchBytes,
  };
}

async function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<KernelExports> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return instance.exports as unknown as KernelExports;
}

/** A shared memory says at once how large it may grow; not every device grants the address space for the largest. */
function sharedMemory(): WebAssembly.Memory {
  const pagesPerGibibyte = 16384;
  for (const gibibytes of [4, 2, 1]) {
    try {
      return new WebAssembly.Memory({ initial: 16, maximum: gibibytes * pagesPerGibibyte, shared: true });
    } catch {
      // Try a smaller one.
    }
  }
  throw new PlaygroundError('out-of-memory', 'The browser gives no shared memory.');
}

function fetched(build: KernelBuild): Promise<Response> {
  return fetch(addresses[build]);
}

/** Written out one by one: the bundler finds the files by these lines. */
const addresses: Readonly<Record<KernelBuild, URL>> = {
  simd: new URL('./generated/simd.wasm', import.meta.url),
  relaxed: new URL('./generated/relaxed.wasm', import.meta.url),
  'simd-threads': new URL('./generated/simd-threads.wasm', import.meta.url),
  'relaxed-threads': new URL('./generated/relaxed-threads.wasm', import.meta.url),
};
