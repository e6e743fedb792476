import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PlaygroundError } from '../foundation/errors.ts';
import { aRun, aSnapshot } from '../testing/runs.ts';
import type { InterventionRequest, InterventionResult } from '../worker/protocol.ts';
import { cursorStore } from './cursor-store.ts';
import { InterventionRunner, isCurrent } from './intervention-runner.ts';
import {
  changeDraft,
  draftProblem,
  interventionOf,
  interventionStore,
  operateAtCursor,
  toggleSurvey,
  undoAllInterventions,
  undoIntervention,
  watchInterventions,
} from './interventions.ts';
import { runStore } from './run-store.ts';
import { snapshotStore } from './snapshot-store.ts';

const memory = {
  banks: [
    { name: 'slots', noun: 'slot', count: 4, order: 'newestFirst' },
    { name: 'hidden state', noun: 'unit', count: 8, order: null },
  ],
  gates: [{ name: 'forget gate', maximum: 1 }],
} as const;

const { draft: freshDraft } = interventionStore.getState();

/** Questions that were asked; each is answered when the test says so. */
class Worker {
  readonly asked: InterventionRequest[] = [];
  #open: ((error?: Error) => void)[] = [];

  ask = (request: InterventionRequest): Promise<InterventionResult> => {
    this.asked.push(request);
    const { step } = runStore.getState().status;
    return new Promise((resolve, reject) =>
      this.#open.push((error) => (error ? reject(error) : resolve(answerTo(request, step)))),
    );
  };

  async answer(error?: Error): Promise<void> {
    this.#open.shift()!(error);
    await vi.advanceTimersByTimeAsync(0);
  }
}

function answerTo(request: InterventionRequest, step: number): InterventionResult {
  const course = { predictions: new Float32Array(9), losses: Float32Array.of(NaN, NaN, 1), loss: 1 };
  return {
    ...{ request, step, split: 'heldOut', sampleIndex: 0 },
    ...{ tokens: null, inputs: null, targets: new Int32Array(3), mask: Uint8Array.of(0, 0, 1) },
    ...{ before: course, after: course, survey: null },
  };
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(100);
const state = () => interventionStore.getState();
const reach = (step: number, training: 'training' | 'paused' = 'paused'): void =>
  runStore.setState(({ status }) => ({ status: { ...status, step, state: training } }));

vi.useFakeTimers();
const worker = new Worker();
new InterventionRunner(worker.ask);
let runs = 0;
let stopWatching = (): void => undefined;

beforeEach(() => {
  worker.asked.length = 0;
  snapshotStore.set(aSnapshot(0));
  cursorStore.setState({ position: 1 });
  runStore.setState({ run: { ...aRun(`run ${++runs}`), memory } });
  reach(0);
  stopWatching = watchInterventions();
});

afterEach(async () => {
  stopWatching();
  undoAllInterventions();
  await vi.advanceTimersByTimeAsync(10_000);
});

describe('the next operation', () => {
  const at = (change: Partial<typeof freshDraft>) => interventionOf({ ...freshDraft, ...change }, memory, 5);
  const onSlots = { bank: 'slots', position: 5 };

  it.each([
    [{ slots: [2, 2] }, { ...onSlots, kind: 'erase', slots: [2] }],
    [{ slots: null }, { ...onSlots, kind: 'erase', slots: [0, 1, 2, 3] }],
    [
      { operation: 'swap', slots: [2, 2], other: 0 },
      { ...onSlots, kind: 'swap', slots: [2, 0] },
    ],
    [
      { operation: 'permute', slots: [1, 3], seed: 7 },
      { ...onSlots, kind: 'permute', slots: [1, 2, 3], seed: 7 },
    ],
    [
      { operation: 'overwrite', source: 'slot', other: 3 },
      { ...onSlots, kind: 'overwrite', slots: [0], source: 3 },
    ],
    [
      { operation: 'cutWrites', bank: 'hidden state' },
      { kind: 'cutWrites', bank: 'hidden state', position: 5 },
    ],
    [
      { operation: 'clamp', value: 0.5 },
      { kind: 'clamp', gate: 'forget gate', value: 0.5, position: 5 },
    ],
  ] as const)('%o', (change, expected) => {
    expect(at(change)).toEqual(expected);
  });

  it.each([
    [{ slots: [4, 4] }, /no slot 4/],
    [{ operation: 'swap', slots: [1, 1], other: 1 }, /two different slots/],
    [{ operation: 'permute', slots: [1, 1] }, /two slots or more/],
    [{ operation: 'noise', amount: NaN }, /amount of noise/],
    [{ operation: 'clamp', value: 2 }, /between 0 and 1/],
  ] as const)('says what is wrong with %o', (change, sentence) => {
    expect(at(change)).toMatch(sentence);
    changeDraft(change);
    expect(draftProblem()).toMatch(sentence);
    operateAtCursor();
    expect(state().interventions).toEqual([]);
  });
});

describe('the runner', () => {
  it('asks nothing until something is wanted, then shows what came of it', async () => {
    await settle();
    expect(worker.asked).toEqual([]);
    changeDraft({ slots: [2, 2] });
    operateAtCursor();
    await settle();
    const erase = { kind: 'erase', bank: 'slots', slots: [2], position: 1 };
    expect(worker.asked).toEqual([{ interventions: [erase], survey: null }]);
    expect(state().operating).toBe(true);
    await worker.answer();
    expect(state().operating).toBe(false);
    expect(isCurrent(state().outcome!)).toBe(true);
    await settle();
    expect(worker.asked).toHaveLength(1);
  });

  it('asks again for another step, and says meanwhile that the outcome is old', async () => {
    operateAtCursor();
    await settle();
    await worker.answer();
    reach(1);
    expect(isCurrent(state().outcome!)).toBe(false);
    await settle();
    await worker.answer();
    expect(worker.asked).toHaveLength(2);
    expect(state().outcome!.step).toBe(1);
    expect(isCurrent(state().outcome!)).toBe(true);
  });

  it('never queues: what changes while the worker is busy is asked once, as it is in the end', async () => {
    toggleSurvey();
    await settle();
    for (const position of [0, 1, 2]) {
      cursorStore.setState({ position });
      await settle();
    }
    expect(worker.asked.map(({ survey }) => survey?.position)).toEqual([1]);
    await worker.answer();
    await settle();
    expect(worker.asked.map(({ survey }) => survey?.position)).toEqual([1, 2]);
    await worker.answer();
    await settle();
    expect(worker.asked).toHaveLength(2);
  });

  it('leaves training alone for a while between two questions', async () => {
    reach(1, 'training');
    operateAtCursor();
    await settle();
    await worker.answer();
    for (let step = 2; step < 12; step++) {
      reach(step, 'training');
      await settle();
    }
    expect(worker.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(worker.asked).toHaveLength(2);
    await worker.answer();
  });

  it('computes nothing that nobody looks at', async () => {
    stopWatching();
    operateAtCursor();
    await settle();
    expect(worker.asked).toEqual([]);
    stopWatching = watchInterventions();
    await settle();
    expect(worker.asked).toHaveLength(1);
    await worker.answer();
  });

  it('says why the worker refused, until something else is asked', async () => {
    operateAtCursor();
    await settle();
    await worker.answer(new PlaygroundError('invalid-intervention', 'No such slot.', '', 'Undo it.'));
    expect(state()).toMatchObject({ refusal: 'No such slot. Undo it.', operating: false });
    undoIntervention();
    await settle();
    expect(state()).toMatchObject({ refusal: null, outcome: null });
  });

  it('takes back the last, a named one, or all, and forgets everything with another run', async () => {
    operateAtCursor();
    cursorStore.setState({ position: 2 });
    operateAtCursor();
    operateAtCursor();
    undoIntervention();
    expect(state().interventions.map(({ position }) => position)).toEqual([1, 2]);
    undoIntervention(0);
    expect(state().interventions.map(({ position }) => position)).toEqual([2]);
    await settle();
    await worker.answer();
    runStore.setState({ run: { ...aRun('another'), memory } });
    expect(state()).toMatchObject({ interventions: [], outcome: null });
  });

  it('leaves out what lies beyond a shorter sequence', async () => {
    interventionStore.setState({
      interventions: [
        { kind: 'cutWrites', bank: 'slots', position: 7 },
        { kind: 'cutWrites', bank: 'slots', position: 2 },
      ],
    });
    await settle();
    expect(worker.asked[0]!.interventions.map(({ position }) => position)).toEqual([2]);
    await worker.answer();
  });

  it('asks nothing of a sequence that is only shown, as by slow motion', async () => {
    snapshotStore.hold({ ...aSnapshot(0), split: 'train', sampleIndex: 5 });
    operateAtCursor();
    await settle();
    expect(worker.asked).toEqual([]);
    snapshotStore.hold(null);
    await settle();
    expect(worker.asked).toHaveLength(1);
    await worker.answer();
  });
});
