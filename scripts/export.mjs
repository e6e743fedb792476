/**
 * `npm run export -- --model ID [--seed N] [--preset ID] --out DIR`: a freshly initialised preset as step.onnx, sequence.onnx, weights.safetensors and
 * sample.json (inputs, outputs and final state as the reference evaluator computes them), without a browser.
 */
import { parseArgs } from 'node:util';
import { createServer } from 'vite';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    preset: { type: 'string' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
if (!values.model || !values.out) {
  process.stderr.write('Usage: npm run export -- --model ID [--preset ID] [--seed N] --out DIR\n');
  process.exit(2);
}

const server = await createServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { exportModel } = await server.ssrLoadModule('/scripts/export/export-model.ts');
  const written = exportModel({
    modelId: values.model,
    presetId: values.preset,
    seed: Number(values.seed),
    folder: values.out,
  });
  for (const { path, bytes } of written) process.stdout.write(`${path}  ${bytes} bytes\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await server.close();
}
