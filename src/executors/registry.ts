/**
 * Every executor there is, the fastest kind first. An executor is loaded when it is opened; asking whether it could run
 * loads nothing.
 */
import { findAdapter } from './adapter.ts';
import type { Executor, ExecutorName } from './executor.ts';
import type { TfjsName } from './tfjs/index.ts';

/** Whether an executor could run here, found out without loading it. */
export interface Probe {
  readonly available: boolean;
  /** The device, or why there is none. */
  readonly detail: string;
  /** It would run, but on a slow stand-in for its device; never chosen automatically. */
  readonly software: boolean;
}

export interface ExecutorEntry {
  readonly name: ExecutorName;
  /** Whether it compiles a program into a few kernels or interprets it op by op, which is many times slower. */
  readonly kind: 'compiled' | 'interpreted';
  readonly probe: () => Promise<Probe>;
  readonly open: () => Promise<Executor>;
}

async function probeWebgpu(): Promise<Probe> {
  const { adapter, report } = await findAdapter();
  return {
    available: adapter !== null,
    detail: adapter ? report.detail : report.reason,
    software: report.software,
  };
}

const onProcessor = (detail: string) => async (): Promise<Probe> => ({
  available: true,
  detail,
  software: false,
});

async function probeWasm(): Promise<Probe> {
  const available = typeof WebAssembly === 'object' && 'location' in globalThis;
  const detail = available ? 'WebAssembly' : 'There is no WebAssembly, or no page that serves its files.';
  return { available, detail, software: false };
}

const tfjs =
  (name: TfjsName): ExecutorEntry['open'] =>
  async () =>
    (await import('./tfjs/index.ts')).openTfjs(name);

export const executors: readonly ExecutorEntry[] = [
  {
    name: 'webgpu',
    kind: 'compiled',
    probe: probeWebgpu,
    open: async () => (await import('./webgpu/index.ts')).openWebgpuExecutor(),
  },
  {
    name: 'wasm',
    kind: 'compiled',
    probe: probeWasm,
    open: async () => (await import('./wasm/executor.ts')).createWasmExecutor(),
  },
  { name: 'tfjs-webgpu', kind: 'interpreted', probe: probeWebgpu, open: tfjs('tfjs-webgpu') },
  { name: 'tfjs-wasm', kind: 'interpreted', probe: probeWasm, open: tfjs('tfjs-wasm') },
  { name: 'tfjs-cpu', kind: 'interpreted', probe: onProcessor('plain JavaScript'), open: tfjs('tfjs-cpu') },
];
