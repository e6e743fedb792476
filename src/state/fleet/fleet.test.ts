import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aCheckpoint, aRun, aSnapshot } from '../../testing/runs.ts';
import { LocalWorker } from '../../testing/local-worker.ts';
import type { ToyOptions } from '../../testing/toy-executor.ts';
import { createTrainingClient } from '../../worker/client.ts';
import type { RunConfig } from '../../worker/protocol.ts';
import { runStore } from '../run-store.ts';
import { byteLimit, Fleet, memberLimit } from './fleet.ts';
import { memberOf } from './member.ts';
import type { Member } from './member.ts';

const workers: LocalWorker[] = [];
let toy: ToyOptions;
let fleet: Fleet;

const config = (seed: number, steps = 12): RunConfig => ({
  version: 1,
  task: { id: 'copy', fields: { symbols: 3, minimumLength: 1, maximumLength: 2 } },
  model: { id: 'memnet', fields: { slots: 4, hiddenSize: 4, keySize: 4, valueSize: 4 } },
  training: { batchSize: 2, steps, evaluationInterval: 10, evaluationSamples: 8 },
  seed,
  executor: 'wasm',
});

beforeEach(() => {
  workers.length = 0;
  // Node lets a channel that writes to itself starve all others.
  toy = { beforeStep: () => new Promise((resolve) => setImmediate(resolve)) };
  fleet = new Fleet(() =>
    createTrainingClient({
      createWorker: () => {
        workers.push(new LocalWorker(toy));
        return workers.at(-1)! as unknown as Worker;
      },
    }),
  );
});

afterEach(() => {
  fleet.dispose();
  runStore.setState(runStore.getInitialState());
});

async function until(fits: () => boolean): Promise<void> {
  if (fits()) return;
  await new Promise<void>((resolve) => {
    const stop = fleet.subscribe(() => {
      if (!fits()) return;
      stop();
      resolve();
    });
  });
}

const states = (): string[] => fleet.members.map(({ state }) => state);

describe('a fleet', () => {
  test('trains what it is told to, one after another in one worker, and ends the worker', async () => {
    const seen = new Set<string>();
    fleet.subscribe(() => seen.add(states().join(' ')));
    const ids = fleet.begin(
      'Seeds',
      [1, 2, 3].map((seed) => ({ label: '', config: config(seed) })),
    );
    await until(() => !fleet.busy);
    expect(states()).toEqual(['finished', 'finished', 'finished']);
    expect([...seen].every((line) => line.split('training').length <= 2)).toBe(true);
    for (const id of ids) {
      const { metrics, checkpoint, snapshot, step } = fleet.member(id)!;
      expect(step).toBe(12);
      expect(metrics.points).toHaveLength(12);
      expect(metrics.latest('heldOut')?.step).toBe(12);
      expect(checkpoint?.step).toBe(12);
      expect(checkpoint?.evaluations.at(-1)?.step).toBe(12);
      expect(snapshot?.step).toBe(12);
    }
    const losses = fleet.members.map(({ metrics }) => metrics.points.at(-1)!.loss);
    expect(new Set(losses).size).toBe(3);
    await until(() => workers.every(({ terminated }) => terminated));
    expect(workers).toHaveLength(1);
  });

  test('makes no worker for runs that rest', () => {
    fleet.add([{ ...memberOf('a', 'Pinned', { label: '', config: config(1) }), state: 'pinned' }]);
    expect(workers).toHaveLength(0);
    expect(fleet.busy).toBe(false);
  });

  test('stops, keeps what was learned, and goes on from there', async () => {
    const [id] = fleet.begin('Seeds', [
      { label: '', config: config(1, 100_000) },
      { label: '', config: config(2, 100_000) },
    ]);
    await until(() => fleet.member(id!)!.step > 20);
    await fleet.stop();
    await until(() => !fleet.busy);
    expect(states()).toEqual(['stopped', 'stopped']);
    const { step, checkpoint } = fleet.member(id!)!;
    expect(checkpoint?.step).toBe(step);
    fleet.resume((member) => member.id === id);
    await until(() => fleet.member(id!)!.step > step);
    // Each of the first two thousand steps has its point, once.
    const steps = fleet
      .member(id!)!
      .metrics.points.slice(0, 2000)
      .map((point) => point.step);
    expect(steps).toEqual(steps.map((_, i) => i + 1));
    expect(states()).toEqual(['training', 'stopped']);
  });

  test('measures the generalisation grid of a member that rests, and changes nothing else in it', async () => {
    const [id] = fleet.begin('Seeds', [{ label: '', config: config(1) }]);
    await until(() => !fleet.busy);
    const before = fleet.member(id!)!;
    const seen = new Set<number>();
    fleet.subscribe(() => seen.add(fleet.measuring?.progress?.cells.length ?? -1));
    fleet.measureGrid(id!);
    await until(() => fleet.measuring === null);
    const { checkpoint, ...rest } = fleet.member(id!)!;
    const { checkpoint: old, ...others } = before;
    expect(rest).toEqual(others);
    expect(checkpoint).toEqual({ ...old, grids: [expect.anything()] });
    const [grid] = checkpoint!.grids!;
    expect([grid!.step, grid!.samples]).toEqual([12, 8]);
    expect(grid!.cells.length).toBe(rest.run!.grid!.cells.filter(({ obstacle }) => obstacle === null).length);
    expect(seen.has(0)).toBe(true);
    // Of the same step there is one.
    fleet.measureGrid(id!);
    await until(() => fleet.measuring === null);
    expect(fleet.member(id!)!.checkpoint!.grids).toEqual([grid]);
    await until(() => workers.every(({ terminated }) => terminated));
  });

  test('measures nothing of what trains or has no weights', async () => {
    const [id] = fleet.begin('Seeds', [{ label: '', config: config(1, 100_000) }]);
    await until(() => fleet.member(id!)!.step > 3);
    fleet.measureGrid(id!);
    expect(fleet.measuring).toBeNull();
    await fleet.stop();
    await until(() => !fleet.busy);
    fleet.update(id!, { checkpoint: null });
    fleet.measureGrid(id!);
    expect(fleet.measuring).toBeNull();
  });

  test('goes on with the next when one diverges, and says why it failed', async () => {
    toy = { ...toy, divergesAt: 4 };
    fleet.begin('Seeds', [{ label: '', config: config(1) }]);
    await until(() => !fleet.busy);
    expect(fleet.members[0]).toMatchObject({ state: 'failed', failure: { code: 'training-diverged' } });
  });

  test('refuses settings that cannot be trained, and trains the others', async () => {
    const wrong = { ...config(1), model: { id: 'no-such-model', fields: {} } };
    fleet.begin('Models', [
      { label: 'wrong', config: wrong },
      { label: 'right', config: config(1) },
    ]);
    await until(() => !fleet.busy);
    expect(states()).toEqual(['failed', 'finished']);
    expect(fleet.members[0]!.failure?.code).toBe('unknown-model');
  });

  test('lets a member go while it trains, and trains the next in a fresh worker', async () => {
    const [first, second] = fleet.begin('Seeds', [
      { label: '', config: config(1, 100_000) },
      { label: '', config: config(2) },
    ]);
    await until(() => fleet.member(first!)!.step > 3);
    fleet.remove(({ id }) => id === first);
    await until(() => !fleet.busy);
    expect(fleet.members.map(({ id }) => id)).toEqual([second]);
    expect(states()).toEqual(['finished']);
    expect(workers).toHaveLength(2);
    expect(workers[0]!.terminated).toBe(true);
  });

  test('shows a run that rests at the sequence that is looked at, and leaves the rest of it as it is', async () => {
    const [id] = fleet.begin('Seeds', [{ label: '', config: config(1) }]);
    await until(() => !fleet.busy);
    const { snapshot: _, ...before } = fleet.member(id!)!;
    const probe = { split: 'heldOut', sampleIndex: 3 };
    runStore.setState({ run: aRun('here', config(1)), probe });
    fleet.watch(id!);
    await until(() => fleet.member(id!)!.snapshot!.sampleIndex === 3);
    const { snapshot, ...after } = fleet.member(id!)!;
    expect(snapshot).toMatchObject({ ...probe, step: 12 });
    expect(after).toEqual(before);
    await expect
      .poll(() => workers.map(({ terminated }) => terminated), { timeout: 20_000 })
      .toEqual([true, true]);

    runStore.setState({ run: aRun('here', { ...config(1), task: { id: 'parity', fields: {} } }) });
    fleet.look();
    expect(workers).toHaveLength(2);
  });

  test('trains at the sequence that is looked at', async () => {
    runStore.setState({ run: aRun('here', config(2)), probe: { split: 'heldOut', sampleIndex: 2 } });
    const [id] = fleet.begin('Seeds', [{ label: '', config: config(1, 100_000) }]);
    await until(() => fleet.member(id!)!.snapshot?.sampleIndex === 2);
    fleet.watch(id!);
    runStore.setState({ probe: { split: 'heldOut', sampleIndex: 5 } });
    fleet.look();
    await until(() => fleet.member(id!)!.snapshot?.sampleIndex === 5);
  });

  test('says once that a sequence cannot be shown in a run, and leaves the run alone', async () => {
    const [id] = fleet.begin('Seeds', [{ label: '', config: config(1) }]);
    await until(() => !fleet.busy);
    runStore.setState({
      run: aRun('here', config(1)),
      probe: { split: 'nowhere', sampleIndex: 0 },
      messages: [],
    });
    fleet.watch(id!);
    await expect.poll(() => runStore.getState().messages, { timeout: 20_000 }).toHaveLength(1);
    fleet.look();
    expect(states()).toEqual(['finished']);
    expect(workers).toHaveLength(2);
  });

  test('goes on with the next when its worker breaks', async () => {
    fleet.begin('Seeds', [
      { label: '', config: config(1, 100_000) },
      { label: '', config: config(2) },
    ]);
    await until(() => fleet.members[0]!.step > 3);
    workers[0]!.crash('out of memory');
    await until(() => !fleet.busy);
    expect(states()).toEqual(['failed', 'finished']);
  });
});

describe('its memory is bounded', () => {
  const heavy = (id: string, state: Member['state'], megabytes: number): Member => {
    const checkpoint = aCheckpoint(10, config(1));
    const weight = { shape: [1], dtype: 'f32' as const, data: new Float32Array((megabytes * 2 ** 20) / 4) };
    return {
      ...memberOf(id, 'Seeds', { label: '', config: config(1) }),
      ...{ state, snapshot: aSnapshot(10) },
      checkpoint: { ...checkpoint, training: { ...checkpoint.training, parameters: { weight } } },
    };
  };

  test('in number: nothing is taken beyond the limit', () => {
    const orders = Array.from({ length: memberLimit + 1 }, () => ({ label: '', config: config(1) }));
    expect(() => fleet.begin('Seeds', orders)).toThrow(/At most 64/);
    expect(fleet.members).toEqual([]);
  });

  test('in bytes: the oldest finished give up their weights and keep their curves, pinned ones stay', () => {
    const size = byteLimit / 2 ** 20 / 4;
    fleet.add([
      heavy('pin', 'pinned', size),
      heavy('old', 'finished', size),
      heavy('new', 'finished', size),
      heavy('more', 'finished', size),
      heavy('last', 'finished', size / 2),
    ]);
    const kept = fleet.members.filter(({ checkpoint }) => checkpoint !== null).map(({ id }) => id);
    expect(kept).toEqual(['pin', 'new', 'more', 'last']);
    expect(fleet.bytes).toBeLessThanOrEqual(byteLimit);
  });
});
