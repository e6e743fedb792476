import { describe, expect, test } from 'vitest';
import { createPointStore, pointAt, release } from './pointing.ts';
import {
  headSubject,
  isSame,
  ofRun,
  positionSubject,
  segmentSubject,
  slotSubject,
  withinRun,
} from './subjects.ts';
import type { Subject } from './subjects.ts';

describe('subjects are the same', () => {
  test('where positions and segments overlap', () => {
    const segment = segmentSubject({ start: 4, end: 8 });
    expect([3, 4, 7, 8].map((t) => isSame(segment, positionSubject(t)))).toEqual([false, true, true, false]);
    expect(isSame(positionSubject(5), positionSubject(6))).toBe(false);
  });

  test('as slots only of the same memory', () => {
    expect(isSame(slotSubject('slots', 3), slotSubject('slots', 3))).toBe(true);
    expect(isSame(slotSubject('slots', 3), slotSubject('slots', 4))).toBe(false);
    expect(isSame(slotSubject('window, layer 0', 3), slotSubject('window, layer 1', 3))).toBe(false);
  });

  test('by what was written, where both sides know it, and else by the place', () => {
    const before = slotSubject('slots', 3, 7);
    const after = slotSubject('slots', 4, 7);
    const newer = slotSubject('slots', 3, 8);
    expect(isSame(before, after)).toBe(true);
    expect(isSame(before, newer)).toBe(false);
    const place = slotSubject('slots', 3);
    expect([before, after, newer].map((held) => isSame(held, place))).toEqual([true, false, true]);
  });

  test('not where one holds an event and the other was never written', () => {
    const empty = slotSubject('slots', 3, -1);
    expect(isSame(empty, slotSubject('slots', 3, 2))).toBe(false);
    expect(isSame(empty, slotSubject('slots', 3, -1))).toBe(true);
    expect(isSame(empty, slotSubject('slots', 4, -1))).toBe(false);
  });

  test('not where an event is in no slot and nothing but places is known', () => {
    expect(isSame(slotSubject('slots', null, 2), slotSubject('slots', null))).toBe(false);
  });

  test('as heads of the same layer; a whole layer has every head', () => {
    expect(isSame(headSubject('layer 0', 1), headSubject('layer 0', 1))).toBe(true);
    expect(isSame(headSubject('layer 0', 1), headSubject('layer 0', 2))).toBe(false);
    expect(isSame(headSubject('layer 0', 1), headSubject('layer 1', 1))).toBe(false);
    expect(isSame(headSubject('layer 0', null), headSubject('layer 0', 2))).toBe(true);
  });

  test('never across kinds', () => {
    const subjects: Subject[] = [positionSubject(3), slotSubject('slots', 3), headSubject('slots', 3)];
    const same = subjects.map((a) => subjects.map((b) => isSame(a, b)));
    expect(same).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
  });

  test('across runs only as positions', () => {
    const subjects: Subject[] = [positionSubject(3), slotSubject('slots', 3), headSubject('layer 0', 3)];
    expect(subjects.map((own) => isSame(own, ofRun(own, 'A')))).toEqual([true, false, false]);
    expect(subjects.map((own) => withinRun(ofRun(own, 'A'), 'A'))).toEqual(subjects);
    expect(withinRun(subjects[1]!, 'A')).toBeNull();
  });
});

describe('what is pointed at', () => {
  const [here, there] = [{}, {}];

  test('changes with the subjects, and not with every movement', () => {
    const store = createPointStore();
    let changes = 0;
    store.subscribe(() => changes++);
    for (let i = 0; i < 200; i++) pointAt(here, 'tokens', [positionSubject(4)], store);
    expect(changes).toBe(1);
    pointAt(here, 'tokens', [positionSubject(5)], store);
    pointAt(here, 'weights', [positionSubject(5)], store);
    expect(changes).toBe(3);
    expect(store.getState().subjects).toEqual([positionSubject(5)]);
  });

  test('ends with its source, but not because another one ends', () => {
    const store = createPointStore();
    pointAt(here, 'tokens', [positionSubject(4)], store);
    pointAt(there, 'keys', [slotSubject('slots', 1)], store);
    release(here, store);
    expect(store.getState()).toMatchObject({ source: there, subjects: [slotSubject('slots', 1)] });
    release(there, store);
    expect(store.getState()).toEqual({ source: null, grid: null, subjects: [] });
  });
});
