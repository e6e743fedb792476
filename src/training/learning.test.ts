import { describe, expect, it } from 'vitest';
import { openTfjs } from '../executors/tfjs/index.ts';
import { Mailbox } from './mailbox.ts';
import { prepareRun } from './run-config.ts';
import type { Checkpoint, Evaluation, RunConfig } from './run.ts';
import { trainingSession } from './session.ts';

const config: RunConfig = {
  version: 1,
  task: { id: 'copy', fields: { symbols: 3, minimumLength: 1, maximumLength: 2 } },
  model: { id: 'memnet', fields: { slots: 5, hiddenSize: 12, keySize: 12, valueSize: 12, sigma: 3 } },
  training: {
    ...{ batchSize: 16, steps: 60, learningRate: 0.02, warmupSteps: 5 },
    ...{ evaluationInterval: 60, evaluationSamples: 64 },
  },
  seed: 1,
  executor: 'tfjs-cpu',
};

/** The checkpoint after a number of steps, reached from the start or from another checkpoint. */
async function train(steps: number, from?: Checkpoint): Promise<Checkpoint> {
  const executor = await openTfjs('tfjs-cpu');
  const mailbox = new Mailbox();
  void mailbox.post({ type: 'step', count: steps });
  const run = prepareRun(config);
  for await (const event of trainingSession({ run, executor, mailbox, ...(from && { checkpoint: from }) })) {
    if (event.type === 'checkpoint' && event.checkpoint.step === (from?.step ?? 0) + steps)
      return event.checkpoint;
  }
  throw new Error('the session ended early');
}

describe('training on the reference executor', () => {
  it('teaches a tiny MemNet to copy within sixty steps', async () => {
    const executor = await openTfjs('tfjs-cpu');
    const mailbox = new Mailbox();
    void mailbox.post({ type: 'play' });
    const losses: number[] = [];
    const heldOut: Evaluation[] = [];
    for await (const event of trainingSession({ run: prepareRun(config), executor, mailbox })) {
      if (event.type === 'metrics') losses.push(event.point.loss);
      if (event.type === 'evaluation' && event.evaluation.split === 'heldOut') heldOut.push(event.evaluation);
      if (heldOut.length === 2) break;
    }
    expect(losses).toHaveLength(60);
    const [before, after] = heldOut;
    expect(after!.loss).toBeLessThan(0.1 * before!.loss);
    expect(after!.sequenceAccuracy).toBeGreaterThan(0.9);
  });

  it('reads a text better than a model that only counts its letters', async () => {
    const bytes = new TextEncoder().encode('the cat sat on the mat and the dog lay by the door. '.repeat(40));
    const data = { name: 'cat.txt', hash: 'cat', bytes };
    const run = prepareRun(
      {
        ...config,
        task: { id: 'text', fields: { windowLength: 8 } },
        training: { ...config.training, steps: 40, evaluationInterval: 40 },
      },
      data,
    );
    const mailbox = new Mailbox();
    void mailbox.post({ type: 'play' });
    let perplexity = Infinity;
    for await (const event of trainingSession({ run, executor: await openTfjs('tfjs-cpu'), mailbox })) {
      if (event.type !== 'evaluation' || event.evaluation.step === 0) continue;
      if (event.evaluation.split === 'heldOut') perplexity = event.evaluation.perplexity;
      if (event.evaluation.split === 'double') break;
    }
    expect(run.task.baseline!.metric).toBe('perplexity');
    expect(perplexity).toBeLessThan(0.6 * run.task.baseline!.value);
  });

  it('goes on from a checkpoint exactly as without the break', async () => {
    const uninterrupted = await train(8);
    const resumed = await train(5, structuredClone(await train(3)));
    expect(resumed.training).toEqual(uninterrupted.training);
    expect(resumed.training.updates).toBe(8);
  });
});
