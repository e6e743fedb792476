import { expect, test } from 'vitest';
import type { Label } from './place-labels.ts';
import { freeLabel, labelBox } from './place-labels.ts';

const at = (x: number, y: number): Label => ({ text: 'σ = 4', size: 11, x, y, anchor: 'start' });
const falling = (x: number): number => 40 + x;

test('the first candidate stands where nothing is in its way', () => {
  expect(freeLabel([at(0, 20), at(0, 30)], [], [])).toEqual(at(0, 20));
});

test('a label gives way to words that are already there', () => {
  const taken = [labelBox(at(10, 22))];
  expect(freeLabel([at(0, 20), at(0, 80)], taken, [])).toEqual(at(0, 80));
});

test('a label gives way to a curve, however steeply it falls through', () => {
  const steep = (x: number): number => (x < 10 ? 0 : 1000);
  expect(freeLabel([at(0, 50), at(0, 20)], [], [falling])).toEqual(at(0, 20));
  expect(freeLabel([at(0, 50), at(20, 50)], [], [steep])).toEqual(at(20, 50));
});

test('no candidate is better than one that covers something', () => {
  expect(freeLabel([at(0, 50)], [], [() => 50])).toBeNull();
});

test('a label that ends at its place takes the room before it', () => {
  const end = labelBox({ ...at(100, 50), anchor: 'end' });
  expect(end.x + end.width).toBe(100);
  expect(end.width).toBe(labelBox(at(100, 50)).width);
});
