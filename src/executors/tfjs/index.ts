/** Opens the reference executor. Each backend is loaded when it is asked for, and only then. */
import type { Executor } from '../executor.ts';
import type { OpenedBackend } from './device.ts';
import { TfjsExecutor } from './executor.ts';

export type TfjsName = 'tfjs-cpu' | 'tfjs-wasm' | 'tfjs-webgpu';

const backends: Readonly<Record<TfjsName, () => Promise<OpenedBackend>>> = {
  'tfjs-cpu': async () => (await import('./backends/cpu.ts')).openCpu(),
  'tfjs-wasm': async () => (await import('./backends/wasm.ts')).openWasm(),
  'tfjs-webgpu': async () => (await import('./backends/webgpu.ts')).openWebgpu(),
};

/** @throws PlaygroundError `executor-unavailable` where the browser has no such device. */
export async function openTfjs(name: TfjsName): Promise<Executor> {
  return new TfjsExecutor(await backends[name]());
}
