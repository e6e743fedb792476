/**
 * tfjs on WebAssembly with SIMD, one thread. The threaded build of tfjs 4.22 starts its workers from a script that bundlers
 * cannot follow, so it is switched off; several threads are the business of our own `wasm` executor.
 */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import type { OpenedBackend } from '../device.ts';
import { env, setBackend } from '../ops.ts';

export async function openWasm(): Promise<OpenedBackend> {
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  if (!(await setBackend('wasm'))) throw new Error('tfjs could not start its WebAssembly backend');
  const withSimd = await env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return {
    backend: 'wasm',
    detail: withSimd ? 'tfjs, SIMD, one thread' : 'tfjs, no SIMD, one thread',
    software: false,
    failure: () => null,
    lost: new Promise(() => undefined),
    // Compiled once for the worker; its heap is reused by the next executor.
    close: () => undefined,
  };
}
