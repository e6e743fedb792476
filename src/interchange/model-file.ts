/**
 * A trained model as one ONNX file that comes back complete: the graph for other programs, and in its metadata what this page
 * needs to go on: model, config, the run it came from and, if wished, the optimizer's moments.
 */
import type { FieldValues } from '../foundation/fields.ts';
import type { Tensor, TensorMap } from '../graph/types.ts';
import { modelById } from '../models/registry.ts';
import { buildProgram } from '../models/program.ts';
import { exportSequence, exportStep, steadyStep } from './onnx/export.ts';
import { writeSafetensors } from './safetensors.ts';
import type { StoredSnapshot } from './snapshots.ts';

export const formatVersion = 1;

/** Keys of the file's metadata. */
export const keys = {
  format: 'memory_playground.format',
  model: 'memory_playground.model',
  run: 'memory_playground.run',
  optimizer: 'memory_playground.optimizer',
  snapshots: 'memory_playground.snapshots',
} as const;

/** AdamW's moments and the number of updates behind them. */
export interface OptimizerState {
  readonly firstMoments: TensorMap;
  readonly secondMoments: TensorMap;
  readonly updates: number;
}

export interface ModelFile {
  readonly modelId: string;
  /** Fields and sizes. */
  readonly config: FieldValues;
  readonly parameters: TensorMap;
  /** Task, vocabulary, training record: JSON that only the caller understands. */
  readonly run: unknown;
  readonly optimizer: OptimizerState | null;
  /** Of a run bundle; an ONNX file has none. */
  readonly snapshots?: readonly StoredSnapshot[];
}

export interface WriteOptions {
  readonly form: 'step' | 'sequence';
  /** Step form: the taps as further outputs. */
  readonly taps?: boolean;
}

/** Long enough for every model to reach the step that repeats: a cache fills, a start symbol is left behind. */
export function exportLength(modelId: string, config: FieldValues): number {
  const model = modelById(modelId);
  if (model.unit === 'token') return 2;
  const segment = model.segmentLength?.(config) ?? 1;
  if (segment === Infinity) return (config['maximumLength'] as number | undefined) ?? 64;
  const cache = (config['cacheLength'] as number | undefined) ?? 0;
  return segment * (Math.ceil(cache / segment) + 3);
}

export function writeModelFile(file: ModelFile, { form, taps = false }: WriteOptions): Uint8Array {
  const model = modelById(file.modelId);
  const program = buildProgram(model, file.config, {
    length: exportLength(file.modelId, file.config),
    loss: null,
  });
  const properties: Record<string, string> = {
    [keys.format]: String(formatVersion),
    [keys.model]: JSON.stringify({ id: file.modelId, config: file.config }),
    [keys.run]: JSON.stringify(file.run),
  };
  if (file.optimizer) properties[keys.optimizer] = toBase64(optimizerBytes(file.optimizer));
  const metadata = {
    name: file.modelId,
    docString: `${model.about.title} (${model.about.source})`,
    properties,
  };
  return form === 'step'
    ? exportStep(steadyStep(program), file.parameters, metadata, { taps })
    : exportSequence(program, file.parameters, metadata);
}

/** The shapes that a config calls for, by parameter name. */
export function expectedParameters(
  modelId: string,
  config: FieldValues,
): ReadonlyMap<string, readonly number[]> {
  const program = buildProgram(modelById(modelId), config, {
    length: exportLength(modelId, config),
    loss: null,
  });
  return new Map(program.parameters.map(({ name, shape }) => [name, shape]));
}

function optimizerBytes(optimizer: OptimizerState): Uint8Array {
  return writeSafetensors({
    tensors: momentTensors(optimizer),
    metadata: { updates: String(optimizer.updates) },
  });
}

/** Both moments of every parameter, as `first.NAME` and `second.NAME`. */
export function momentTensors({ firstMoments, secondMoments }: OptimizerState): TensorMap {
  const tensors: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(firstMoments)) tensors[`first.${name}`] = tensor;
  for (const [name, tensor] of Object.entries(secondMoments)) tensors[`second.${name}`] = tensor;
  return tensors;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  const piece = 0x8000;
  for (let begin = 0; begin < bytes.length; begin += piece)
    text += String.fromCharCode(...bytes.subarray(begin, begin + piece));
  return btoa(text);
}
