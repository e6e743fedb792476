import { expect, test } from 'vitest';
import { defaultsOf } from '../../foundation/fields.ts';
import { transformer } from './index.ts';

const ends = { kind: 'tokens', vocabularySize: 8, outputSize: 8 } as const;
const problemAt = (length: number, maximumLength = 128): string | null =>
  transformer.problem!({ ...defaultsOf(transformer.fields), maximumLength }, ends, length);

test('a sequence that is too long names the field to change and the value that it needs', () => {
  expect(problemAt(128)).toBeNull();
  expect(problemAt(196)).toContain('“Longest sequence” of the model is set to 128. Set it to 196 or more.');
  expect(problemAt(196, 196)).toBeNull();
});

test('a sequence that no setting allows says so instead', () => {
  expect(problemAt(2000, 1024)).toContain('It can be at most 1024: make the task’s sequences shorter');
});
