/** Checks that hold for every task, and small helpers for tests of tasks. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { PlaygroundError } from '../foundation/errors.ts';
import { defaultsOf } from '../foundation/fields.ts';
import type { Field, Fields, FieldValues } from '../foundation/fields.ts';
import type {
  Sample,
  SplitName,
  TaskDefinition,
  TaskInstance,
  TokenSample,
  UserData,
} from '../tasks/task.ts';

/** Any values that the controls on the page could have. */
export function anyValues(fields: Fields): fc.Arbitrary<FieldValues> {
  return fc.record(Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, anyValue(field)])));
}

function anyValue(field: Field): fc.Arbitrary<number | string | boolean> {
  switch (field.kind) {
    case 'integer': {
      const step = field.step ?? 1;
      const multiple = fc.integer({
        min: Math.ceil(field.minimum / step),
        max: Math.floor(field.maximum / step),
      });
      return multiple.map((value) => value * step);
    }
    case 'real':
      return fc.double({ min: field.minimum, max: field.maximum, noNaN: true });
    case 'choice':
      return fc.constantFrom(...field.options.map((option) => option.value));
    case 'switch':
      return fc.boolean();
  }
}

/** A task with some fields set and the rest at their defaults. */
export function instance(task: TaskDefinition, values: FieldValues = {}, data?: UserData): TaskInstance {
  return task.instantiate({ ...defaultsOf(task.fields), ...values }, data);
}

export function tokenSample(task: TaskInstance, seed: number, split: SplitName, index: number): TokenSample {
  const sample = task.sample(seed, split, index);
  if (sample.kind !== 'tokens') throw new Error('not a sample of tokens');
  return sample;
}

export function manySamples(
  task: TaskInstance,
  seed: number,
  split: SplitName,
  count: number,
): TokenSample[] {
  return Array.from({ length: count }, (_, i) => tokenSample(task, seed, split, i));
}

/** Input tokens as a person reads them. */
export function read(task: TaskInstance, sample: TokenSample): string[] {
  return [...sample.tokens].map((token) => task.vocabulary[token]!);
}

/** Targets where the mask is 1, as a person reads them. */
export function answers(task: TaskInstance, sample: TokenSample): string[] {
  return [...sample.targets].filter((_, t) => sample.mask[t] === 1).map((token) => task.vocabulary[token]!);
}

/** Everything that `task.ts` promises of one sample. */
export function expectSoundSample(task: TaskInstance, sample: Sample, length: number): void {
  const positions = sample.mask.length;
  expect(sample.kind).toBe(task.kind);
  expect(positions).toBeGreaterThan(0);
  expect(positions).toBeLessThanOrEqual(length);
  expect(sample.mask.every((weight) => weight === 0 || weight === 1)).toBe(true);
  expect(sample.mask.includes(1)).toBe(true);
  if (sample.kind === 'tokens') {
    expect(sample.tokens).toHaveLength(positions);
    expect(sample.targets).toHaveLength(positions);
    expect(sample.tokens.every((token) => token >= 0 && token < task.vocabulary.length)).toBe(true);
    expect(sample.targets.every((token) => token >= 0 && token < task.outputSize)).toBe(true);
  } else {
    expect(sample.inputs).toHaveLength(positions * task.inputSize);
    expect(sample.targets).toHaveLength(positions * task.outputSize);
    expect([...sample.inputs, ...sample.targets].every(Number.isFinite)).toBe(true);
  }
}

/** The task's own reference says what the targets say, wherever an answer counts. */
export function expectReferenceAgrees(task: TaskInstance, sample: Sample): void {
  const reference = task.reference?.(sample);
  if (!reference) return;
  const width = task.kind === 'tokens' ? 1 : task.outputSize;
  const tolerance = task.kind === 'tokens' ? 0 : 2e-3;
  const wrong = [...reference.keys()].filter(
    (i) =>
      sample.mask[Math.floor(i / width)] === 1 &&
      !(Math.abs(reference[i]! - sample.targets[i]!) <= tolerance),
  );
  expect(reference).toHaveLength(sample.mask.length * width);
  expect(wrong).toEqual([]);
}

/** What makes an example an example: its input tokens. */
export function keyOf(sample: TokenSample): string {
  return sample.tokens.join(' ');
}

/** The failure of a call, which must be one that a person can read. */
function failureOf(call: () => unknown): PlaygroundError {
  try {
    call();
  } catch (error) {
    if (error instanceof PlaygroundError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

/** A failure has a code and answers what happened, what was kept and what to do. */
export function expectFailure(call: () => unknown, code: string): PlaygroundError {
  const failure = failureOf(call);
  expect(failure.code).toBe(code);
  for (const sentence of [failure.message, failure.kept, failure.remedy])
    expect(sentence).toMatch(/\p{L}.*\.$/su);
  return failure;
}
