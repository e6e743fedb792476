import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportModel } from '../../scripts/export/export-model.ts';
import type { Tensor, TensorMap } from '../graph/types.ts';
import { readModelFile } from '../interchange/read-model-file.ts';
import { readSafetensors } from '../interchange/safetensors.ts';
import { listedModels } from '../models/registry.ts';
import { contentHash } from '../tasks/common/content-hash.ts';
import { initialParameters } from '../training/parameters.ts';
import { prepareRun } from '../training/run-config.ts';
import { importRun } from '../worker/export-run.ts';
import { OnnxSession } from '../worker/onnx-session.ts';
import type { Runtime } from '../worker/onnx-session.ts';
import { nativeRuntime } from './exported-runs.ts';

interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly dtype?: 'int32';
}
type Stored = Readonly<Record<string, StoredTensor>>;

interface Sample {
  readonly inputs: Stored;
  readonly outputs: Stored;
  readonly state: Stored;
  readonly step: { readonly inputs: Stored; readonly outputs: Stored };
}

const tensors = (stored: Stored): TensorMap =>
  Object.fromEntries(
    Object.entries(stored).map(([name, { shape, data, dtype }]): [string, Tensor] => [
      name,
      dtype === 'int32'
        ? { shape, dtype: 'i32', data: Int32Array.from(data) }
        : { shape, dtype: 'f32', data: Float32Array.from(data) },
    ]),
  );

/** The file gives what the sample says, under the same names and in the same shapes. */
async function expectGives(file: Uint8Array, inputs: Stored, outputs: Stored): Promise<void> {
  const session = await OnnxSession.open(file, nativeRuntime<Runtime>());
  expect(Object.keys(inputs).sort()).toEqual([...session.inputNames].sort());
  const results = await session.run(tensors(inputs));
  for (const [name, { shape, data }] of Object.entries(outputs)) {
    expect(results[name]?.shape, name).toEqual(shape);
    const worst = Math.max(
      ...data.map((value, i) => Math.abs(results[name]!.data[i]! - value) / Math.max(1, Math.abs(value))),
    );
    expect(worst, name).toBeLessThan(1e-4);
  }
  await session.release();
}

describe('npm run export', () => {
  it.each(listedModels.map(({ id }) => id))(
    'writes files of %s that give what its sample says',
    async (id) => {
      const folder = mkdtempSync(join(tmpdir(), 'export-'));
      try {
        const written = exportModel({ modelId: id, seed: 5, folder });
        const names = ['step.onnx', 'sequence.onnx', 'weights.safetensors', 'sample.json'];
        expect(written.map(({ path }) => path)).toEqual(names.map((name) => join(folder, name)));
        const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
        const sample = JSON.parse(readFileSync(join(folder, 'sample.json'), 'utf8')) as Sample;
        await expectGives(bytes('sequence.onnx'), sample.inputs, { ...sample.outputs, ...sample.state });
        await expectGives(bytes('step.onnx'), sample.step.inputs, sample.step.outputs);
        const { parameters } = readModelFile(bytes('step.onnx'));
        expect(readSafetensors(bytes('weights.safetensors')).tensors).toEqual(parameters);

        // The page opens them as runs that have not begun.
        for (const name of ['step.onnx', 'sequence.onnx', 'weights.safetensors']) {
          const { checkpoint, presetId } = importRun(bytes(name));
          expect(checkpoint).toMatchObject({ step: 0, training: { parameters, updates: 0 } });
          const run = prepareRun(checkpoint.config);
          expect(initialParameters(run.parameters, checkpoint.config.seed)).toEqual(parameters);
          expect(presetId).toBe(run.model.presets[0]!.id);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe('a preset that predicts a text', () => {
  const inFolder = (work: (folder: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'export-text-'));
    try {
      work(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('is written for the vocabulary of the text, and knows it again', () =>
    inFolder((folder) => {
      const text = join(folder, 'verse.txt');
      writeFileSync(text, 'the rain in spain stays mainly in the plain\n'.repeat(40));
      const out = join(folder, 'files');
      exportModel({ presetId: 'memnet-text', text, seed: 2, folder: out });
      const { checkpoint } = importRun(new Uint8Array(readFileSync(join(out, 'step.onnx'))));
      const bytes = new Uint8Array(readFileSync(text));
      const data = { name: 'verse.txt', bytes, hash: contentHash(bytes) };
      const run = prepareRun(checkpoint.config, data);
      expect(run.task.vocabulary).toEqual(expect.arrayContaining(['r', 's', 'p']));
      expect(initialParameters(run.parameters, 2)).toEqual(checkpoint.training.parameters);
    }));

  it.each([
    ['no text', {}, /“memnet-text” predicts your own text: give one with --text FILE/],
    [
      'a text that is not there',
      { text: 'nowhere.txt' },
      /“nowhere.txt” could not be read: there is no such file/,
    ],
    ['a folder', { text: tmpdir() }, /could not be read: it is a folder/],
  ])('says what is wrong with %s', (_, given, message) => {
    expect(() => exportModel({ presetId: 'memnet-text', seed: 1, folder: 'unwritten', ...given })).toThrow(
      message,
    );
  });

  it('says so of a text that is too short, and of a preset that reads none', () =>
    inFolder((folder) => {
      const text = join(folder, 'short.txt');
      writeFileSync(text, 'too short');
      const request = { text, seed: 1, folder: join(folder, 'files') };
      expect(() => exportModel({ ...request, presetId: 'memnet-text' })).toThrow(
        /“short.txt” has 9 characters/,
      );
      expect(() => exportModel({ ...request, presetId: 'memnet-copy' })).toThrow(
        /“memnet-copy” reads no text/,
      );
      expect(() => exportModel({ ...request, presetId: 'nothing' })).toThrow(
        /No model has a preset “nothing”/,
      );
    }));
});
