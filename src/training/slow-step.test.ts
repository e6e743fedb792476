/** A step taken apart: its numbers are those of the step, and the step is made as any other, bit for bit. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Executor } from '../executors/executor.ts';
import { openTfjs } from '../executors/tfjs/index.ts';
import { createWasmExecutor } from '../executors/wasm/executor.ts';
import { kernelsFromDisk } from '../testing/wasm-from-disk.ts';
import { Mailbox } from './mailbox.ts';
import type { SessionCommand } from './mailbox.ts';
import { prepareRun } from './run-config.ts';
import type { Checkpoint, Rehearsal, RunConfig, UpdateReport } from './run.ts';
import { trainingSession } from './session.ts';
import type { SessionEvent } from './session-events.ts';

const config: RunConfig = {
  version: 1,
  task: { id: 'copy', fields: { symbols: 3, minimumLength: 2, maximumLength: 3 } },
  model: { id: 'memnet', fields: { slots: 4, hiddenSize: 6, keySize: 6, valueSize: 6 } },
  training: { batchSize: 3, steps: 20, evaluationInterval: 100, evaluationSamples: 8, warmupSteps: 0 },
  seed: 3,
  executor: 'tfjs-cpu',
};

const executors: readonly Executor[] = [
  await openTfjs('tfjs-cpu'),
  await createWasmExecutor({ kernels: kernelsFromDisk }),
];
afterAll(() => executors.forEach((executor) => executor.dispose()));

interface Told {
  readonly checkpoint: Checkpoint;
  readonly rehearsals: readonly Rehearsal[];
  readonly updates: readonly UpdateReport[];
  readonly losses: readonly number[];
}

/** Carries out commands one after the other, each when the one before has come to rest. */
async function carryOut(executor: Executor, commands: readonly SessionCommand[]): Promise<Told> {
  const mailbox = new Mailbox();
  const rest = [...commands, { type: 'saveCheckpoint' } as const];
  const heard: SessionEvent[] = [];
  let last = -1;
  const next = (): void => {
    last++;
    // The last answer is lost when the loop is left.
    mailbox.post(rest[last]!).catch(() => undefined);
  };
  next();
  const all = <T extends SessionEvent['type']>(type: T) =>
    heard.filter((event): event is Extract<SessionEvent, { type: T }> => event.type === type);
  for await (const event of trainingSession({ run: prepareRun(config), executor, mailbox })) {
    heard.push(event);
    const command = rest[last]!.type;
    if (
      command === 'saveCheckpoint' &&
      event.type === 'checkpoint' &&
      all('opened').length > 0 &&
      last === rest.length - 1 &&
      heard.length > 2
    ) {
      return {
        checkpoint: event.checkpoint,
        rehearsals: all('rehearsal').map(({ rehearsal }) => rehearsal),
        updates: all('update').map(({ update }) => update),
        losses: all('step').map(({ loss }) => loss),
      };
    }
    const ends = { rehearse: 'rehearsal', update: 'update', step: 'checkpoint' } as const;
    if (command in ends && event.type === ends[command as keyof typeof ends] && heard.length > 2) next();
  }
  throw new Error('the session ended early');
}

describe.each(executors)('on $name', (executor) => {
  it('a step in slow motion leaves the run as an ordinary one does, bit for bit', async () => {
    const step = { type: 'step', count: 1 } as const;
    const plain = await carryOut(executor, [step, step, step]);
    const slow = await carryOut(executor, [step, { type: 'rehearse' }, { type: 'update' }, step]);
    expect(slow.checkpoint.step).toBe(3);
    expect(slow.checkpoint.training).toEqual(plain.checkpoint.training);
    expect(slow.losses).toEqual(plain.losses);
  });

  it('a rehearsal alone leaves no trace', async () => {
    const step = { type: 'step', count: 1 } as const;
    const plain = await carryOut(executor, [step]);
    const looked = await carryOut(executor, [step, { type: 'rehearse' }, { type: 'rehearse' }]);
    expect(looked.checkpoint.training).toEqual(plain.checkpoint.training);
  });

  it('tells the numbers of the step that follows', async () => {
    const { rehearsals, updates, checkpoint } = await carryOut(executor, [
      { type: 'rehearse' },
      { type: 'update' },
    ]);
    const [rehearsal] = rehearsals;
    const [update] = updates;
    expect(rehearsal!.batchLoss).toBeCloseTo(update!.loss, 5);
    expect(Math.hypot(...rehearsal!.groups.map(({ gradient }) => gradient))).toBeCloseTo(
      update!.gradientNorm,
      4,
    );
    const answers = rehearsal!.losses.filter((loss) => !Number.isNaN(loss));
    expect(answers.length).toBe(rehearsal!.snapshot.mask.reduce((a, b) => a + b, 0));
    expect(answers.reduce((a, b) => a + b, 0) / answers.length).toBeCloseTo(rehearsal!.snapshot.loss, 5);
    expect(rehearsal!.snapshot).toMatchObject({ split: 'train', sampleIndex: 0, step: 0 });
    expect(update!.step).toBe(1);
    // Adam moves every weight by about the learning rate in its first step.
    const moved = update!.groups.reduce((sum, { change }) => sum + change ** 2, 0);
    const numbers = update!.groups.reduce((sum, group) => sum + group.numbers, 0);
    expect(Math.sqrt(moved / numbers)).toBeLessThanOrEqual(update!.learningRate * 1.1);
    expect(moved).toBeGreaterThan(0);
    expect(numbers).toBe(
      Object.values(checkpoint.training.parameters).reduce((sum, { data }) => sum + data.length, 0),
    );
  });
});
