/** What is timed: small training steps as people run them in the page, each with a fixed program, batch and start. */
import type { Batch, Strategy } from '../src/executors/executor.ts';
import { defaultsOf } from '../src/foundation/fields.ts';
import type { FieldValues } from '../src/foundation/fields.ts';
import { RandomStream } from '../src/foundation/random.ts';
import type { Program, TensorMap } from '../src/graph/types.ts';
import { buildProgram } from '../src/models/program.ts';
import { modelById } from '../src/models/registry.ts';
import { initialParameters } from '../src/training/parameters.ts';

export const workloadNames = [
  'memnet-copy',
  'lstm-copy',
  'deltanet-parity',
  'segment-4',
  'segment-16',
] as const;
export type WorkloadName = (typeof workloadNames)[number];

export interface Workload {
  readonly name: WorkloadName;
  readonly program: Program;
  readonly batch: Batch;
  readonly parameters: TensorMap;
  /** Strategies that are worth comparing here; the first is for all systems, the others for ours. */
  readonly strategies: readonly Strategy[];
}

interface Description {
  readonly model: string;
  readonly config: FieldValues;
  readonly batchSize: number;
  readonly length: number;
  readonly vocabulary: number;
  readonly strategies: readonly Strategy[];
}

const full: Strategy = { kind: 'full' };
const replay: Strategy = { kind: 'memoryReplay' };
const checkpointed: Strategy = { kind: 'checkpointed' };

const attention = {
  modelDim: 64,
  heads: 4,
  feedForwardDim: 256,
  encoderLayers: 2,
  decoderLayers: 4,
  segmentLength: 28,
  memory: true,
  memorySlots: 16,
};

const descriptions: Readonly<Record<WorkloadName, Description>> = {
  'memnet-copy': {
    model: 'memnet',
    config: { hiddenSize: 32, keySize: 32, valueSize: 32, slots: 32 },
    batchSize: 32,
    length: 32,
    vocabulary: 10,
    strategies: [full, { kind: 'truncated', horizon: 8 }, checkpointed, replay],
  },
  'lstm-copy': {
    model: 'lstm',
    config: { hiddenSize: 64 },
    batchSize: 32,
    length: 64,
    vocabulary: 10,
    strategies: [full, checkpointed],
  },
  'deltanet-parity': {
    model: 'deltanet-lm',
    config: { modelDim: 64, heads: 2, layers: 2 },
    batchSize: 64,
    length: 40,
    vocabulary: 4,
    strategies: [full, checkpointed],
  },
  'segment-4': {
    model: 'memformer',
    config: attention,
    batchSize: 16,
    length: 4 * 28,
    vocabulary: 32,
    strategies: [full, replay],
  },
  'segment-16': {
    model: 'memformer',
    config: attention,
    batchSize: 16,
    length: 16 * 28,
    vocabulary: 32,
    strategies: [full, replay],
  },
};

export function makeWorkload(name: WorkloadName): Workload {
  const { model: id, config, batchSize, length, vocabulary, strategies } = descriptions[name];
  const model = modelById(id);
  const sizes = model.sizes({ kind: 'tokens', vocabularySize: vocabulary, outputSize: vocabulary });
  const values = { ...defaultsOf(model.fields), ...sizes, ...config };
  const program = buildProgram(model, values, { length, loss: 'crossEntropy', oneHotTokens: true });
  const parameters = initialParameters(program.parameters, 1);
  return { name, program, batch: randomBatch(batchSize, length, vocabulary), parameters, strategies };
}

/** The time of a step does not depend on what the tokens are. */
function randomBatch(size: number, length: number, vocabulary: number): Batch {
  const random = new RandomStream('bench');
  const shape = [size, length];
  const tokens = (): Int32Array =>
    Int32Array.from({ length: size * length }, () => random.integer(vocabulary));
  return {
    size,
    inputs: {
      tokens: { shape, dtype: 'i32', data: tokens() },
      target: { shape, dtype: 'i32', data: tokens() },
      weight: { shape, dtype: 'f32', data: new Float32Array(size * length).fill(1 / (size * length)) },
    },
  };
}
