import { execFileSync } from 'node:child_process';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/** Lets the page share memory between threads; without these headers it works on one thread. */
const crossOriginIsolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return 'unknown';
  }
}

/** WebKit runs the entry of a worker a second time when another of its modules imports from it. */
const entriesOfTheirOwn: Plugin = {
  name: 'entries-of-their-own',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk') continue;
      const entry = file.imports.find((name) => {
        const imported = bundle[name];
        return imported?.type === 'chunk' && imported.isEntry;
      });
      if (entry)
        this.error(`${file.fileName} imports from ${entry}, the entry of a worker: make that entry smaller.`);
    }
  },
};

export default defineConfig({
  base: './',
  plugins: [react()],
  define: { __COMMIT__: JSON.stringify(commit()) },
  server: { headers: crossOriginIsolation },
  preview: { headers: crossOriginIsolation },
  worker: { format: 'es', plugins: () => [entriesOfTheirOwn] },
  build: {
    target: 'es2022',
    // WebAssembly inside a data URL cannot be compiled while it streams in; other assets keep Vite's own rule.
    assetsInlineLimit: (file) => (file.endsWith('.wasm') ? false : undefined),
    chunkSizeWarningLimit: 2048,
  },
  optimizeDeps: {
    // Pre-bundling would move onnxruntime-web away from the .wasm files that it finds beside itself.
    exclude: ['onnxruntime-web'],
    // Reached only from the worker, so Vite would find these late and reload the page.
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-core/dist/register_all_gradients',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
    ],
  },
});
