/** Outcomes of interventions, made up for tests of their instrument. */
import type { Operated } from '../panels/interventions/data.ts';
import type { Course, Intervention, InterventionResult } from '../worker/protocol.ts';
import { copyMoment } from './memnet-moment.ts';

export interface OperatedOptions {
  readonly interventions?: readonly Intervention[];
  readonly survey?: boolean;
  readonly targets?: boolean;
  readonly stale?: string;
}

const erase: Intervention = { kind: 'erase', bank: 'slots', slots: [8], position: 11 };

/** The copying MemNet; the operation turns the answer of position 11 into ‘a’ and blurs that of position 13. */
export function operatedMoment(options: OperatedOptions = {}): Operated {
  const { interventions = [erase], survey = true, targets = true, stale = null } = options;
  const { run, snapshot, position } = copyMoment();
  const width = run.outputSize;
  const mask = targets ? snapshot.mask : snapshot.mask.map(() => 0);
  const course = (predictions: Float32Array): Course => {
    const losses = Float32Array.from(mask, (counts, t) =>
      counts ? -Math.log(predictions[t * width + snapshot.targets[t]!]!) : NaN,
    );
    const counted = losses.filter((loss) => !Number.isNaN(loss));
    return { predictions, losses, loss: counted.reduce((a, b) => a + b, 0) / counted.length };
  };
  const before = course(snapshot.predictions);
  const changed = snapshot.predictions.slice();
  changed.fill(0.02, 11 * width, 12 * width);
  changed[11 * width] = 1 - 0.02 * (width - 1);
  for (let i = 13 * width; i < 14 * width; i++) changed[i] = 0.5 * changed[i]! + 0.5 / width;
  const outcome: InterventionResult = {
    request: { interventions, survey: survey ? { bank: 'slots', position: 11 } : null },
    ...{ step: 1200, split: 'heldOut', sampleIndex: 3 },
    ...{ tokens: snapshot.tokens, inputs: null, targets: snapshot.targets, mask },
    before,
    after: interventions.length > 0 ? course(changed) : before,
    survey: survey
      ? {
          ...{ bank: 'slots', position: 11 },
          lossChanges: Float32Array.from({ length: 12 }, (_, slot) =>
            targets ? (slot === 8 ? 0.9 : slot === 3 ? -0.06 : 0.02 * slot) : NaN,
          ),
          outputChanges: Float32Array.from({ length: 12 }, (_, slot) => (slot === 8 ? 0.4 : 0.01)),
        }
      : null,
  };
  return { run, outcome, position, stale };
}

/** A series and its continuation, one number a position. */
export function operatedSeries(): Operated {
  const { run } = copyMoment();
  const length = 24;
  const wave = Float32Array.from({ length }, (_, t) => Math.sin(t / 3));
  const course = (shift: number): Course => {
    const predictions = wave.map((value, t) => value + 0.05 + (t > 12 ? shift : 0));
    const losses = Float32Array.from(predictions, (value, t) => (value - wave[t]!) ** 2);
    return { predictions, losses, loss: losses.reduce((a, b) => a + b, 0) / length };
  };
  return {
    run: { ...run, kind: 'vectors', vocabulary: [], inputSize: 1, outputSize: 1 },
    outcome: {
      request: { interventions: [{ kind: 'cutWrites', bank: 'slots', position: 12 }], survey: null },
      ...{ step: 40, split: 'heldOut', sampleIndex: 0, tokens: null, inputs: wave, targets: wave },
      mask: new Uint8Array(length).fill(1),
      before: course(0),
      after: course(0.4),
      survey: null,
    },
    position: 12,
    stale: null,
  };
}
