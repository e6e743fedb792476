import { afterEach, expect, test } from 'vitest';
import { runStore, tell, withdraw } from './run-store.ts';

const content = (code: string) => ({ code, message: `This is ${code}.`, kept: '', remedy: '' });

afterEach(() => runStore.setState({ messages: [] }));

test('what holds no longer is taken back, everything else stays', () => {
  tell('failure', content('broken'));
  tell('notice', content('new-run'), 'undo');
  withdraw(({ offers }) => offers === 'undo');
  expect(runStore.getState().messages.map((message) => message.content.code)).toEqual(['broken']);
});

test('nobody is told of a message that was not there', () => {
  tell('notice', content('pinned'));
  let changes = 0;
  const stop = runStore.subscribe(() => changes++);
  withdraw(({ offers }) => offers === 'undo');
  stop();
  expect(changes).toBe(0);
});
