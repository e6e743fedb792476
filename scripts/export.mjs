/**
 * `npm run export -- --model ID [--preset ID] [--text FILE] [--seed N] --out DIR`: a freshly initialised preset as step.onnx,
 * sequence.onnx, weights.safetensors and sample.json (inputs, outputs and final state as the reference evaluator computes them),
 * without a browser.
 */
import { parseArgs } from 'node:util';
import { createServer } from 'vite';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    preset: { type: 'string' },
    text: { type: 'string' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
if (!(values.model || values.preset) || !values.out) {
  process.stderr.write(
    `Usage: npm run export -- --model ID [--preset ID] [--text FILE] [--seed N] --out DIR
  --model   the memory; may be left out where --preset names one of its presets
  --preset  of the model; the first one if left out
  --text    a UTF-8 text, for a preset that predicts your own
  --seed    of the initial weights, 1 if left out
  --out     the folder that the files are written to
`,
  );
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
    text: values.text,
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
