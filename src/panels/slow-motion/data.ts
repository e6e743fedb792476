/** The parts of a training step as far as they have been shown: numbers appear when the work has passed them. */
import type { Frame, SlowMotion } from '../../state/slow-motion.ts';
import { currentFrame } from '../../state/slow-motion.ts';
import type { Run } from '../common/data.ts';
import type { Table } from '../common/picture.ts';
import { tokenText } from '../common/text.ts';

export interface SlowMotionData {
  readonly frame: Frame;
  readonly positions: number;
  /** Tokens of the sequence, or null for vectors. */
  readonly labels: readonly string[] | null;
  /** Loss by position; NaN where no answer counts or the work has not come yet [positions]. */
  readonly losses: readonly number[];
  readonly largestLoss: number;
  /** Mean of the answers of the sequence, and of the whole batch; null before the loss was taken. */
  readonly loss: { readonly sequence: number; readonly batch: number; readonly batchSize: number } | null;
  /** ‖∂loss/∂state‖ that each position finds, all states together; NaN where the work has not come back yet. */
  readonly gradients: readonly number[];
  /** Over the whole sequence, for a scale that stays. */
  readonly gradientDomain: readonly [number, number] | null;
  readonly groups: readonly {
    readonly name: string;
    readonly numbers: number;
    /** Norm of the batch's gradient; null before the way back is done. */
    readonly gradient: number | null;
    /** Norm of what the update added, and as a share of the norm of the weights; null before the update. */
    readonly change: { readonly norm: number; readonly share: number } | null;
  }[];
  readonly update: SlowMotion['update'];
}

export function slowMotionData(state: SlowMotion, run: Run): SlowMotionData | null {
  const { rehearsal, update } = state;
  const frame = currentFrame(state);
  if (!rehearsal || !frame) return null;
  const { snapshot, gradient, losses, batchLoss, batchSize } = rehearsal;
  const positions = snapshot.mask.length;
  const forward = frame.phase === 'forward';
  const back = frame.phase === 'backward' ? frame.position : frame.phase === 'update' ? 0 : Infinity;
  const norms = Array.from(gradient.starts, (_, s) =>
    Math.hypot(...gradient.states.map(({ full }) => full[s]!)),
  );
  const positive = norms.filter((norm) => norm > 0);
  const gradients = new Array<number>(positions).fill(NaN);
  gradient.starts.forEach((start, s) => {
    if (start >= back) gradients[start] = norms[s]!;
  });
  const answers = losses.filter((loss) => !Number.isNaN(loss));
  return {
    ...{ frame, positions, update },
    labels: snapshot.tokens && Array.from(snapshot.tokens, (token) => tokenText(run.vocabulary[token], 3)),
    losses: Array.from(losses, (loss, t) => (forward && t > frame.position ? NaN : loss)),
    largestLoss: answers.reduce((a, b) => Math.max(a, b), 0),
    loss: forward
      ? null
      : { sequence: answers.reduce((a, b) => a + b, 0) / answers.length, batch: batchLoss, batchSize },
    gradients,
    gradientDomain: positive.length > 0 ? [Math.min(...positive), Math.max(...positive)] : null,
    groups: rehearsal.groups.map((group, i) => {
      const made = frame.phase === 'update' ? update?.groups[i] : undefined;
      return {
        ...{ name: group.name, numbers: group.numbers },
        gradient: back === 0 ? group.gradient : null,
        change: made ? { norm: made.change, share: made.norm > 0 ? made.change / made.norm : NaN } : null,
      };
    }),
  };
}

/** What happens in this frame, in one sentence. */
export function sentenceOf(data: SlowMotionData, text: (value: number) => string): string {
  const { frame, labels, losses, loss, gradients, update } = data;
  const { phase, position } = frame;
  const token = labels ? ` (‘${labels[position]}’)` : '';
  switch (phase) {
    case 'forward': {
      const own = losses[position]!;
      const answer = Number.isNaN(own) ? 'no answer counts here' : `loss of its answer ${text(own)}`;
      return `Forward, position ${position} of ${data.positions - 1}${token}: ${answer}.`;
    }
    case 'loss':
      return `Loss: ${text(loss!.sequence)} on this sequence, ${text(loss!.batch)} on the batch of ${loss!.batchSize}.`;
    case 'backward':
      return `Backward, position ${position}${token}: the gradient of the loss has the norm ${text(gradients[position]!)} here.`;
    case 'update':
      return update
        ? `Update: step ${update.step} is made with the learning rate ${text(update.learningRate)}; the gradient’s norm was ${text(update.gradientNorm)}.`
        : 'Update: the step is being made.';
  }
}

/** What has been shown so far, one record a number. */
export function slowMotionTable(data: SlowMotionData): Table {
  const known = (values: readonly number[], what: string) =>
    values.flatMap((value, t) => (Number.isNaN(value) ? [] : [[what, `position ${t}`, value]]));
  return {
    columns: ['what', 'where', 'value'],
    rows: [
      ...known(data.losses, 'loss'),
      ...(data.loss ? [['loss', 'batch', data.loss.batch]] : []),
      ...known(data.gradients, 'gradient norm'),
      ...data.groups.flatMap(({ name, gradient, change }) => [
        ...(gradient === null ? [] : [['gradient norm', name, gradient]]),
        ...(change === null ? [] : [['update norm', name, change.norm]]),
      ]),
    ],
  };
}
