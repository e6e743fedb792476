import { describe, expect, it } from 'vitest';
import {
  arranged,
  arrangeAsUsual,
  instrumentIds,
  isArrangedAsUsual,
  layoutStore,
  moveInstrument,
  restoreLayout,
  setPanelSetting,
  toggleFolded,
} from './layout-store.ts';

describe('what is remembered of the layout', () => {
  it('comes back as it was', () => {
    const stored = {
      ...{ tab: 'progress', shortcuts: false, maximised: 'slots', settingsWidth: 300, progressWidth: 420 },
      folded: ['log'],
      order: [...instrumentIds].reverse(),
      panels: { timeline: { rows: 'age', scale: 'fixed' }, curves: { logX: true } },
    };
    expect(restoreLayout(JSON.stringify(stored))).toEqual(stored);
  });

  it('is as new where nothing or nonsense is stored', () => {
    const fresh = restoreLayout(null);
    expect(fresh).toMatchObject({ tab: 'memory', shortcuts: true, maximised: null, settingsWidth: null });
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '7',
      '{"tab":3,"folded":"x","panels":[1],"settingsWidth":"wide"}',
    ]) {
      expect(restoreLayout(text)).toEqual(fresh);
    }
  });

  it('leaves out what cannot be a setting', () => {
    const text = '{"panels":{"a":{"x":{"y":1},"z":true},"b":7},"folded":[1,"log"],"progressWidth":-5}';
    expect(restoreLayout(text)).toMatchObject({
      ...{ panels: { a: { z: true } }, folded: ['log'], progressWidth: null },
    });
  });
});

it('a folded instrument does not fill the page', () => {
  layoutStore.setState({ maximised: 'slots' });
  toggleFolded('slots');
  expect(layoutStore.getState()).toMatchObject({ maximised: null, folded: ['slots'] });
  toggleFolded('slots');
  expect(layoutStore.getState().folded).toEqual([]);
});

it('a setting changes neither the other settings nor other panels', () => {
  setPanelSetting('a', 'x', 1);
  setPanelSetting('a', 'y', 'two');
  setPanelSetting('b', 'x', true);
  expect(layoutStore.getState().panels).toEqual({ a: { x: 1, y: 'two' }, b: { x: true } });
});

describe('the order of the instruments', () => {
  const standing = () =>
    arranged(
      instrumentIds.map((id) => ({ id })),
      layoutStore.getState().order,
    ).map(({ id }) => id);

  it('changes by one, and can be made usual again', () => {
    expect(isArrangedAsUsual()).toBe(true);
    expect(standing()).toEqual(instrumentIds);
    moveInstrument('log', { beside: 'slots', side: 'before' });
    expect(standing().slice(0, 3)).toEqual(['timeline', 'log', 'slots']);
    moveInstrument('timeline', { beside: 'log', side: 'after' });
    expect(standing().slice(0, 3)).toEqual(['log', 'timeline', 'slots']);
    moveInstrument('slots', { beside: 'slots', side: 'after' });
    expect(standing()).toHaveLength(instrumentIds.length);
    expect(isArrangedAsUsual()).toBe(false);
    arrangeAsUsual();
    expect(standing()).toEqual(instrumentIds);
  });

  it('is completed where an older version of the page, or nobody, has stored it', () => {
    const { order } = restoreLayout('{"order":["log","nonsense","log",7,"slots"]}');
    expect(order.slice(0, 3)).toEqual(['log', 'slots', 'timeline']);
    expect([...order].sort()).toEqual([...instrumentIds].sort());
    expect(restoreLayout('{"order":"log"}').order).toEqual([]);
  });
});
