import { describe, expect, it } from 'vitest';
import type { Action } from './actions.ts';
import { actionFor, shortcutLabel } from './keyboard.ts';
import type { KeyPress } from './keyboard.ts';

const action = (id: string, shortcut: Action['shortcut']): Action => ({
  id,
  label: () => id,
  explanation: '',
  shortcut,
  unavailable: () => null,
  perform: () => undefined,
});

const actions = [
  action('train', { key: ' ' }),
  action('reset', { key: 'r' }),
  action('forward', { key: 'ArrowRight' }),
  action('later', { key: 'ArrowRight', shift: true }),
  action('commands', { key: 'k', control: true }),
];

function pressed(key: string, parts: Partial<KeyPress> = {}, singleKeys = true): string | null {
  const held = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  const press = { key, ...held, repeat: false, focus: 'page' as const };
  return actionFor({ ...press, ...parts }, actions, singleKeys)?.id ?? null;
}

describe('the keyboard', () => {
  it('finds the action of a key, in either case', () => {
    expect(pressed(' ')).toBe('train');
    expect(pressed('r')).toBe('reset');
    expect(pressed('R')).toBe('reset');
    expect(pressed('x')).toBeNull();
  });

  it('stays silent while somebody types', () => {
    expect(pressed('r', { focus: 'text' })).toBeNull();
    expect(pressed(' ', { focus: 'text' })).toBeNull();
    expect(pressed('k', { focus: 'text', ctrlKey: true })).toBeNull();
  });

  it('leaves Space to a focused button and arrows to a focused slider', () => {
    expect(pressed(' ', { focus: 'button' })).toBeNull();
    expect(pressed('r', { focus: 'button' })).toBe('reset');
    expect(pressed('ArrowRight', { focus: 'arrows' })).toBeNull();
    expect(pressed('ArrowRight')).toBe('forward');
  });

  it('tells combinations from single keys', () => {
    expect(pressed('k')).toBeNull();
    expect(pressed('k', { ctrlKey: true })).toBe('commands');
    expect(pressed('k', { metaKey: true })).toBe('commands');
    expect(pressed('r', { ctrlKey: true })).toBeNull();
    expect(pressed('r', { altKey: true })).toBeNull();
  });

  it('repeats cursor moves but not commands while a key is held', () => {
    expect(pressed('ArrowRight', { repeat: true })).toBe('forward');
    expect(pressed(' ', { repeat: true })).toBeNull();
  });

  it('moves the other cursor with Shift, beside any control but a text', () => {
    expect(pressed('ArrowRight', { shiftKey: true })).toBe('later');
    expect(pressed('ArrowRight', { shiftKey: true, focus: 'arrows' })).toBe('later');
    expect(pressed('ArrowRight', { shiftKey: true, focus: 'text' })).toBeNull();
    expect(pressed('R', { shiftKey: true })).toBe('reset');
  });

  it('can do without single keys', () => {
    expect(pressed(' ', {}, false)).toBeNull();
    expect(pressed('k', { ctrlKey: true }, false)).toBe('commands');
  });
});

it('shortcuts have names', () => {
  expect(shortcutLabel({ key: ' ' })).toBe('Space');
  expect(shortcutLabel({ key: 'ArrowLeft' })).toBe('←');
  expect(shortcutLabel({ key: 'ArrowLeft', shift: true })).toBe('Shift ←');
  expect(shortcutLabel({ key: 'k', control: true })).toBe('Ctrl K');
});
