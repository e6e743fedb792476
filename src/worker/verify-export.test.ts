import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AttributeProtoSchema, ModelProtoSchema } from 'onnx-buf';
import * as web from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { createWasmExecutor } from '../executors/wasm/executor.ts';
import type { FieldValues } from '../foundation/fields.ts';
import { listedModels } from '../models/registry.ts';
import { nativeRuntime, shaken, smallConfig, trainFor } from '../testing/exported-runs.ts';
import { kernelsFromDisk } from '../testing/wasm-from-disk.ts';
import { initialParameters } from '../training/parameters.ts';
import { prepareRun } from '../training/run-config.ts';
import { exportRun } from './export-run.ts';
import type { Runtime } from './onnx-session.ts';
import { verifyExport } from './verify-export.ts';

const executor = await createWasmExecutor({ kernels: kernelsFromDisk });
const facts = { optimizer: true, presetId: 'a-preset', executor: 'wasm' } as const;
const runtimes: readonly Runtime[] = [web, nativeRuntime()];
const forms = ['step', 'sequence'] as const;

/** A file of the model, and all that it was made from. */
async function exhibitOf(id: string, form: (typeof forms)[number], fields: FieldValues = {}, by = 0.05) {
  const config = { ...smallConfig(id), model: { id, fields } };
  const run = prepareRun(config);
  const parameters = shaken(id, initialParameters(run.parameters, 3), by);
  const { checkpoint } = await trainFor(executor, config, 1);
  const training = { ...checkpoint.training, parameters };
  const { bytes } = exportRun(run, { ...checkpoint, training }, { ...facts, form });
  return { run, parameters, form, bytes };
}

/** The file with another ε in its layer norms: a formula that is a little wrong. */
function misnormed(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  for (const { opType, attribute } of model.graph!.node) {
    if (opType !== 'LayerNormalization') continue;
    attribute.push(create(AttributeProtoSchema, { ...attribute.pop()!, f: 0.1 }));
  }
  return toBinary(ModelProtoSchema, model);
}

describe('an exported ONNX file', () => {
  const exhibits = listedModels.flatMap(({ id }) => forms.map((form) => [id, form] as const));

  it.each(exhibits)('of %s, as %s, does in both runtimes what the executor does', async (id, form) => {
    const exhibit = await exhibitOf(id, form);
    const { run, parameters } = exhibit;
    for (const runtime of runtimes) {
      const proof = await verifyExport(exhibit, executor, runtime);
      expect(proof, JSON.stringify(proof)).toMatchObject({ form, passed: true });
      expect(proof.steps === 50 || run.model.segmentLength?.(run.modelConfig) === Infinity).toBe(true);
      expect(proof.scaled).toBeLessThan(1e-4);
    }

    // The proof can fail: the same file beside slightly other weights.
    const others = shaken(`another ${id}`, parameters, 0.01);
    const refuted = await verifyExport({ ...exhibit, parameters: others }, executor);
    expect(refuted).toMatchObject({ passed: false });
    expect(refuted.rounding?.explains ?? false).toBe(false);
  });

  it('of weights that amplify rounding does not pass, and is told why', async () => {
    // Few association rows and many writes: reads divide by what the normaliser has hardly seen.
    const exhibit = await exhibitOf('armt', 'step', { associativeDim: 2, memoryTokens: 8 }, 0.3);
    const proof = await verifyExport(exhibit, executor);
    expect(proof, JSON.stringify(proof)).toMatchObject({ passed: false, rounding: { explains: true } });
  });

  it.each(['rmt', 'armt'])('of %s is refused for a formula that is a little wrong', async (id) => {
    const exhibit = await exhibitOf(id, 'step');
    const proof = await verifyExport({ ...exhibit, bytes: misnormed(exhibit.bytes) }, executor);
    expect(proof).toMatchObject({ passed: false, rounding: { explains: false } });
    // It is the file that is far from double precision, not the page.
    expect(proof.rounding!.file).toBeGreaterThan(10 * proof.rounding!.page);
  });

  it('of a model that reads vectors is fed with the vectors of the task', async () => {
    const chaos = smallConfig('memnet', { id: 'chaos', fields: {} });
    const run = prepareRun(chaos);
    const { checkpoint } = await trainFor(executor, chaos, 1);
    const { bytes } = exportRun(run, checkpoint, { ...facts, form: 'step' });
    const { parameters } = checkpoint.training;
    const exhibit = { run, parameters, form: 'step', bytes } as const;
    expect(await verifyExport(exhibit, executor)).toMatchObject({ passed: true });
  });
});
