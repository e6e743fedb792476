/** Small runs as data, and a client whose worker is a script: for tests of the page's stores. */
import { toFailure } from '../foundation/errors.ts';
import { configOf, defaultPreset } from '../state/presets.ts';
import type { TrainingClient } from '../worker/client.ts';
import type {
  Checkpoint,
  Command,
  Evaluation,
  FromWorker,
  MetricPoint,
  RunConfig,
  RunDescription,
  Snapshot,
} from '../worker/protocol.ts';

export function aPoint(step: number, loss = 1): MetricPoint {
  return { step, seconds: step / 100, tokens: step * 320, loss, gradientNorm: 1, learningRate: 0.003 };
}

export function anEvaluation(step: number, split: string, tokenAccuracy = 0.5): Evaluation {
  return {
    step,
    seconds: step / 100,
    tokens: step * 320,
    split,
    loss: 1,
    perplexity: Math.E,
    tokenAccuracy,
    sequenceAccuracy: tokenAccuracy / 2,
  };
}

export const aConfig: RunConfig = configOf(defaultPreset());

export function aCheckpoint(step: number, config: RunConfig = aConfig): Checkpoint {
  return {
    format: 1,
    config,
    step,
    seconds: step / 100,
    tokens: step * 320,
    training: {
      parameters: { weight: { shape: [2], dtype: 'f32', data: Float32Array.of(step, 0.5) } },
      firstMoments: {},
      secondMoments: {},
      updates: step,
    },
    metrics: [aPoint(step)],
    evaluations: [anEvaluation(step, 'heldOut')],
    savedAt: 1_700_000_000_000 + step,
  };
}

export function aRun(runId: string, config: RunConfig = aConfig): RunDescription {
  return {
    runId,
    config,
    parameterCount: 2,
    parameters: [{ name: 'weight', shape: [2] }],
    cost: { batchSize: 32, steps: 3, parameterBytes: 8, forwardFlops: 0, strategies: [] },
    vocabulary: ['a', 'b', '·'],
    kind: 'tokens',
    inputSize: 3,
    outputSize: 3,
    splits: [{ name: 'heldOut', label: 'held out', explanation: '', length: 3 }],
    baseline: null,
    previews: [],
    taps: [],
    memory: { banks: [], gates: [] },
    states: [],
    executor: 'wasm',
  };
}

export function aSnapshot(step: number): Snapshot {
  return {
    step,
    split: 'heldOut',
    sampleIndex: 0,
    taps: {},
    tokens: Int32Array.of(0, 1, 2),
    targets: Int32Array.of(0, 0, 1),
    inputs: null,
    mask: Uint8Array.of(0, 0, 1),
    predictions: Float32Array.of(0.8, 0.1, 0.1, 0.3, 0.4, 0.3, 0.2, 0.7, 0.1),
    loss: 1,
  };
}

/** Obeys every command at once: trains by counting. */
export class ScriptedClient implements TrainingClient {
  readonly commands: Command[] = [];
  readonly acknowledged: number[] = [];
  /** Refuses the next command with this. */
  refusal: Error | null = null;
  step = 0;
  #listeners = new Set<(message: FromWorker) => void>();
  #runs = 0;
  #config = aConfig;

  get runId(): string {
    return `run ${this.#runs}`;
  }

  emit(message: FromWorker): void {
    for (const listener of [...this.#listeners]) listener(message);
  }

  async send(command: Command): Promise<void> {
    this.commands.push(command);
    const { refusal } = this;
    this.refusal = null;
    if (refusal) throw refusal;
    switch (command.type) {
      case 'configure':
        this.#runs++;
        this.#config = command.config;
        this.step = command.checkpoint?.step ?? 0;
        this.emit({
          type: 'configured',
          runId: this.runId,
          run: aRun(this.runId, command.config),
          step: this.step,
        });
        return;
      case 'step':
        this.step += command.count;
        this.#status('paused');
        return;
      case 'play':
        this.#status('training');
        return;
      case 'pause':
        this.#status('paused');
        return;
      case 'reset':
        this.step = 0;
        this.emit({ type: 'restarted', step: 0, runId: this.runId });
        this.#status('paused');
        return;
      case 'saveCheckpoint':
        this.emit({
          type: 'checkpoint',
          runId: this.runId,
          checkpoint: aCheckpoint(this.step, this.#config),
        });
        return;
      case 'probe':
      case 'giveWay':
      case 'watchGradient':
      case 'measureGrid':
      case 'cancelGrid':
      case 'followGrid':
      case 'rehearse':
      case 'update':
      case 'measureExecutors':
      case 'exportModel':
      case 'verifyModel':
      case 'readRunFile':
      case 'intervene':
        return;
    }
  }

  subscribe(listener: (message: FromWorker) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  acknowledge(frame: number): void {
    this.acknowledged.push(frame);
  }

  dispose(): void {
    this.emit({ type: 'stopped', runId: this.runId, failure: toFailure(new Error('closed')) });
    this.#listeners.clear();
  }

  #status(state: 'paused' | 'training'): void {
    this.emit({
      type: 'status',
      runId: this.runId,
      state,
      step: this.step,
      stepsPerSecond: 10,
      memory: { bytes: 8, objects: 1 },
    });
  }
}
