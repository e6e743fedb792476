/**
 * Weights without a graph, as one safetensors file: every parameter under its own name, the optimizer's moments as
 * `optimizer.first.NAME` and `optimizer.second.NAME`, and in the metadata what an ONNX file of ours has there too. With a whole
 * run in `run` (config, metrics, evaluations, provenance) and its snapshots it is a *run bundle*. Python reads it as any safetensors file.
 */
import type { Tensor, TensorMap } from '../graph/types.ts';
import { expectedParameters, formatVersion, keys, momentTensors } from './model-file.ts';
import type { ModelFile } from './model-file.ts';
import {
  checkSize,
  checkVersion,
  fail,
  parseJson,
  readConfig,
  readModelFile,
  readMoments,
} from './read-model-file.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { packSnapshots, unpackSnapshots } from './snapshots.ts';

const updatesKey = 'memory_playground.updates';
const momentPrefix = 'optimizer.';

export function writeBundle(file: ModelFile): Uint8Array {
  const { modelId, config, parameters, run, optimizer, snapshots = [] } = file;
  const tensors: Record<string, Tensor> = { ...parameters };
  const metadata: Record<string, string> = {
    [keys.format]: String(formatVersion),
    [keys.model]: JSON.stringify({ id: modelId, config }),
    [keys.run]: JSON.stringify(run),
  };
  if (optimizer) {
    metadata[updatesKey] = String(optimizer.updates);
    for (const [name, tensor] of Object.entries(momentTensors(optimizer)))
      tensors[momentPrefix + name] = tensor;
  }
  if (snapshots.length > 0) {
    const packed = packSnapshots(snapshots);
    metadata[keys.snapshots] = packed.contents;
    Object.assign(tensors, packed.tensors);
  }
  return writeSafetensors({ tensors, metadata });
}

/**
 * @throws PlaygroundError `bad-safetensors`, `file-too-large`, `foreign-onnx`, `newer-format`, `unknown-model`, `invalid-config`,
 * `missing-parameter`, `misshapen-parameter`, `bad-numbers`, `bad-snapshots`.
 */
export function readBundle(bytes: Uint8Array): ModelFile {
  checkSize(bytes);
  const { tensors, metadata } = readSafetensors(bytes);
  checkVersion(metadata[keys.format]);
  const { model, config } = readConfig(metadata[keys.model]);
  const parameters = readParameters(tensors, model.id, config);
  const updates = metadata[updatesKey];
  const contents = metadata[keys.snapshots];
  return {
    modelId: model.id,
    config,
    parameters,
    run: parseJson(metadata[keys.run] ?? 'null', 'the run'),
    optimizer: updates === undefined ? null : readMoments(momentsOf(tensors), updates, parameters),
    ...(contents !== undefined && { snapshots: unpackSnapshots(tensors, contents) }),
  };
}

/** Reads an ONNX file or a bundle of ours; which of the two, its content says. */
export function readAnyFile(bytes: Uint8Array): ModelFile {
  return isSafetensors(bytes) ? readBundle(bytes) : readModelFile(bytes);
}

/** A header length below 4 GB, then the brace that opens the header. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);
}

function readParameters(tensors: TensorMap, modelId: string, config: ModelFile['config']): TensorMap {
  const parameters: Record<string, Tensor> = {};
  for (const [name, shape] of expectedParameters(modelId, config)) {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (!tensor) fail('missing-parameter', `The file lacks “${name}” [${shape.join(', ')}].`);
    if (tensor.dtype !== 'f32' || tensor.shape.join() !== shape.join()) {
      fail(
        'misshapen-parameter',
        `“${name}” should be f32 [${shape.join(', ')}]; the file has ${tensor.dtype} [${tensor.shape.join(', ')}].`,
      );
    }
    if (!tensor.data.every(Number.isFinite))
      fail('bad-numbers', `“${name}” holds values that are not finite numbers.`);
    parameters[name] = tensor;
  }
  return parameters;
}

function momentsOf(tensors: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(momentPrefix))
      .map(([name, tensor]) => [name.slice(momentPrefix.length), tensor]),
  );
}
