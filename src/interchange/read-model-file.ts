/**
 * Reads back what `writeModelFile` wrote. Files are untrusted: sizes are bounded, no code is run from them, and nothing is
 * handed out before the file has been checked whole.
 */
import { fromBinary } from '@bufbuild/protobuf';
import type { ModelProto, TensorProto } from 'onnx-buf';
import { ModelProtoSchema, TensorProto_DataType as DataType } from 'onnx-buf';
import { PlaygroundError } from '../foundation/errors.ts';
import type { FieldValue, FieldValues } from '../foundation/fields.ts';
import { fieldProblem } from '../foundation/fields.ts';
import type { Tensor, TensorMap } from '../graph/types.ts';
import { elementCount } from '../graph/types.ts';
import type { ModelDefinition } from '../models/model.ts';
import { models } from '../models/registry.ts';
import type { ModelFile, OptimizerState } from './model-file.ts';
import { expectedParameters, formatVersion, keys } from './model-file.ts';
import { irVersion, opset } from './onnx/export.ts';
import { readSafetensors } from './safetensors.ts';

const sizeLimit = 256 * 1024 * 1024;
/** Sizes that the task decides are not fields; a file may not ask for more than this. */
const largestSize = 65_536;

/** @throws PlaygroundError always: a file that cannot be used leaves the run as it is. */
export function fail(code: string, message: string, remedy = 'Choose a file that was exported here.'): never {
  throw new PlaygroundError(code, message, 'Your run is as it was.', remedy);
}

/**
 * @throws PlaygroundError `file-too-large`, `not-onnx`, `foreign-onnx`, `newer-format`, `unsupported-opset`, `unknown-model`,
 * `invalid-config`, `missing-parameter`, `misshapen-parameter`, `bad-numbers`, `bad-safetensors`.
 */
export function readModelFile(bytes: Uint8Array): ModelFile {
  checkSize(bytes);
  const proto = decode(bytes);
  const properties = new Map(proto.metadataProps.map(({ key, value }) => [key, value]));
  checkFormat(proto, properties);
  const { model, config } = readConfig(properties.get(keys.model));
  const parameters = readParameters(proto, model.id, config);
  const optimizer = properties.get(keys.optimizer);
  return {
    modelId: model.id,
    config,
    parameters,
    run: parseJson(properties.get(keys.run) ?? 'null', 'the run'),
    optimizer: optimizer === undefined ? null : readOptimizer(optimizer, parameters),
  };
}

export function checkSize(bytes: Uint8Array): void {
  if (bytes.length > sizeLimit)
    fail('file-too-large', `The file has ${Math.round(bytes.length / 2 ** 20)} MB; at most 256 MB are read.`);
}

function decode(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch {
    return fail('not-onnx', 'The file is not ONNX: it cannot be decoded as protobuf.');
  }
}

function checkFormat(proto: ModelProto, properties: ReadonlyMap<string, string>): void {
  checkVersion(proto.graph ? properties.get(keys.format) : undefined);
  const used = proto.opsetImport.find((entry) => entry.domain === '')?.version;
  if (Number(used) !== opset || Number(proto.irVersion) !== irVersion) {
    fail(
      'unsupported-opset',
      `The file uses opset ${String(used)} and IR ${String(proto.irVersion)}; opset ${opset} and IR ${irVersion} are read.`,
    );
  }
}

/** @param format the file's format version, as its metadata says it */
export function checkVersion(format: string | undefined): void {
  if (format === undefined) {
    fail(
      'foreign-onnx',
      'The file was not exported by Memory Playground: it does not say which memory it holds.',
    );
  }
  const version = Number(format);
  if (!Number.isInteger(version) || version < 1)
    fail('foreign-onnx', `The file has an unknown format version, “${format}”.`);
  if (version > formatVersion) {
    fail(
      'newer-format',
      `The file has format version ${version}; this page reads up to ${formatVersion}.`,
      'Reload the page to get a newer version of it.',
    );
  }
}

export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail('foreign-onnx', `The file is damaged: ${what} in its metadata is not JSON.`);
  }
}

export function readConfig(text: string | undefined): {
  readonly model: ModelDefinition;
  readonly config: FieldValues;
} {
  const stored = parseJson(text ?? 'null', 'the model') as { id?: unknown; config?: unknown } | null;
  const model = models.find((candidate) => candidate.id === stored?.id);
  if (!model)
    fail(
      'unknown-model',
      `The file holds a model called “${String(stored?.id)}”, which this page does not know.`,
    );
  if (typeof stored?.config !== 'object' || stored.config === null)
    fail('invalid-config', 'The file does not say how its model is configured.');
  const config = stored.config as Record<string, FieldValue>;
  const problems = Object.entries(model.fields).flatMap(
    ([key, field]) => fieldProblem(field, config[key]) ?? [],
  );
  const sizes = Object.keys(model.sizes({ kind: 'tokens', vocabularySize: 1, outputSize: 1 }));
  for (const key of sizes) {
    const value = config[key];
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > largestSize)
      problems.push(`${key} must be a size, not ${String(value)}`);
  }
  const known = new Set([...Object.keys(model.fields), ...sizes]);
  problems.push(
    ...Object.keys(config)
      .filter((key) => !known.has(key))
      .map((key) => `${key} is no setting of ${model.name}`),
  );
  const impossible =
    problems.length === 0
      ? model.problem?.(config, { kind: 'tokens', vocabularySize: 1, outputSize: 1 }, 1)
      : null;
  if (impossible) problems.push(impossible);
  if (problems.length > 0)
    fail('invalid-config', `The file’s settings cannot be used: ${problems.join('; ')}.`);
  return { model, config };
}

function readParameters(proto: ModelProto, modelId: string, config: FieldValues): TensorMap {
  const stored = new Map(proto.graph!.initializer.map((tensor) => [tensor.name, tensor]));
  const parameters: Record<string, Tensor> = {};
  for (const [name, shape] of expectedParameters(modelId, config)) {
    const tensor = stored.get(name);
    if (!tensor) fail('missing-parameter', `The file lacks “${name}” [${shape.join(', ')}].`);
    parameters[name] = readTensor(name, tensor, shape);
  }
  return parameters;
}

function readTensor(name: string, tensor: TensorProto, shape: readonly number[]): Tensor {
  const found = tensor.dims.map(Number);
  if (
    tensor.dataType !== (DataType.FLOAT as number) ||
    found.length !== shape.length ||
    found.some((extent, axis) => extent !== shape[axis])
  ) {
    fail(
      'misshapen-parameter',
      `“${name}” should be float [${shape.join(', ')}]; the file has type ${tensor.dataType} [${found.join(', ')}].`,
    );
  }
  const count = elementCount(shape);
  if (tensor.rawData.length !== count * 4) {
    fail(
      'misshapen-parameter',
      `“${name}” should hold ${count} numbers; the file holds ${tensor.rawData.length / 4}.`,
    );
  }
  const view = new DataView(tensor.rawData.buffer, tensor.rawData.byteOffset, tensor.rawData.byteLength);
  const data = Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true));
  if (!data.every(Number.isFinite))
    fail('bad-numbers', `“${name}” holds values that are not finite numbers.`);
  return { shape, dtype: 'f32', data };
}

function readOptimizer(text: string, parameters: TensorMap): OptimizerState {
  const { tensors, metadata } = readSafetensors(fromBase64(text));
  return readMoments(tensors, metadata['updates'], parameters);
}

/**
 * Moments under `first.NAME` and `second.NAME`, for every parameter.
 * @throws PlaygroundError `foreign-onnx`, `misshapen-parameter`, `bad-numbers`.
 */
export function readMoments(
  tensors: TensorMap,
  counted: string | undefined,
  parameters: TensorMap,
): OptimizerState {
  const updates = Number(counted);
  if (!Number.isSafeInteger(updates) || updates < 0)
    fail('foreign-onnx', 'The file’s optimizer state does not say how many updates it has seen.');
  const moments = (prefix: string): TensorMap =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, { shape }]) => {
        const tensor = tensors[`${prefix}.${name}`];
        if (tensor?.shape.join() !== shape.join() || tensor.dtype !== 'f32')
          fail(
            'misshapen-parameter',
            `The optimizer’s moments of “${name}” are missing or have another shape.`,
          );
        if (!tensor.data.every(Number.isFinite))
          fail('bad-numbers', `The optimizer’s moments of “${name}” are not finite numbers.`);
        return [name, tensor];
      }),
    );
  return { firstMoments: moments('first'), secondMoments: moments('second'), updates };
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return fail('foreign-onnx', 'The file is damaged: its optimizer state is not base64.');
  }
}
