import { beforeEach, describe, expect, it, vi } from 'vitest';
import { aConfig, aSnapshot, ScriptedClient } from '../testing/runs.ts';
import { createActions } from './actions.ts';
import type { Actions } from './actions.ts';
import { cursorStore } from './cursor-store.ts';
import { Playground } from './playground.ts';
import { runStore } from './run-store.ts';
import { snapshotStore } from './snapshot-store.ts';

let client: ScriptedClient;
let playground: Playground;
let actions: Actions;

beforeEach(() => {
  runStore.setState(runStore.getInitialState());
  snapshotStore.set(null);
  client = new ScriptedClient();
  playground = new Playground(client, { session: null, locks: null });
  actions = createActions(playground);
});

const sent = (): string[] => client.commands.map(({ type }) => type);

describe('the actions', () => {
  it('are explained, and no two share a key', () => {
    const keys = Object.values(actions).flatMap(({ shortcut }) =>
      shortcut ? [JSON.stringify(shortcut)] : [],
    );
    expect(new Set(keys).size).toBe(keys.length);
    for (const action of Object.values(actions)) {
      expect(action.label()).not.toBe('');
      expect(action.explanation).toMatch(/\.$/);
    }
  });

  it('do nothing before there is a run, and say why', () => {
    actions.train.perform();
    actions.step10.perform();
    expect(sent()).toEqual([]);
    expect(actions.train.unavailable()).toBe('There is no run yet.');
  });

  it('train and pause with one command whose name follows the state', async () => {
    await playground.session.start(aConfig, null);
    expect(actions.train.label()).toBe('Train');
    actions.train.perform();
    expect(actions.train.label()).toBe('Pause');
    expect(actions.step1.unavailable()).toBe('Pause first.');
    actions.train.perform();
    expect(sent()).toEqual(['configure', 'play', 'pause']);
  });

  it('train past the plan only with a word about it', async () => {
    await playground.session.start(aConfig, null);
    runStore.setState(({ status }) => ({ messages: [], status: { ...status, state: 'finished' } }));
    expect(actions.train.label()).toBe('Train on');
    actions.train.perform();
    expect(runStore.getState().messages.map(({ content }) => content.message)).toEqual([
      expect.stringContaining('goes on past them until you pause it'),
    ]);
    expect(sent()).toEqual(['configure', 'play']);
  });

  it('do not train past the plan when pause was pressed as the plan ended', async () => {
    await playground.session.start(aConfig, null);
    const now = vi.spyOn(performance, 'now');
    const become = (state: 'training' | 'finished'): void =>
      runStore.setState(({ status }) => ({ status: { ...status, state } }));
    now.mockReturnValue(1000);
    become('training');
    become('finished');
    now.mockReturnValue(1400);
    actions.train.perform();
    expect(sent()).toEqual(['configure']);
    now.mockReturnValue(1700);
    actions.train.perform();
    expect(sent()).toEqual(['configure', 'play']);
    now.mockRestore();
  });

  it('reset only what has been trained', async () => {
    await playground.session.start(aConfig, null);
    expect(actions.reset.unavailable()).toBe('The run is at its beginning.');
    actions.step100.perform();
    expect(actions.reset.unavailable()).toBeNull();
  });

  it('move the cursor inside the sequence', () => {
    expect(actions.positionForward.unavailable()).not.toBeNull();
    snapshotStore.set(aSnapshot(1));
    cursorStore.setState({ position: 0 });
    actions.positionForward.perform();
    actions.positionForward.perform();
    actions.positionForward.perform();
    expect(cursorStore.getState().position).toBe(2);
    actions.positionFirst.perform();
    actions.positionBack.perform();
    expect(cursorStore.getState().position).toBe(0);
    actions.positionLast.perform();
    expect(cursorStore.getState().position).toBe(2);
  });
});
