import { describe, expect, it } from 'vitest';
import { markCells, stepMarks, stepPlaceText } from './step-readout.ts';

describe('the training-step cursor in words', () => {
  it('says where it is and whether training is ahead', () => {
    const past = { shown: 320, newest: 1500, follows: false, training: true };
    expect(stepPlaceText(past)).toBe('step 320 of 1,500 · live is ahead');
    expect(stepPlaceText({ ...past, training: false })).toBe('step 320 of 1,500');
    const live = { shown: 1500, newest: 1500, follows: true, training: true };
    expect(stepPlaceText(live)).toBe('step 1,500 · live');
    expect(stepPlaceText({ ...live, training: false })).toBe('step 1,500');
  });

  it('marks every kept step once', () => {
    expect(stepMarks([])).toBe('');
    expect(stepMarks([0])).toBe('M0 0V1');
    expect(stepMarks([0, 50, 100])).toBe(`M0 0V1M${markCells / 2} 0V1M${markCells} 0V1`);
    expect(stepMarks(Array.from({ length: 5000 }, (_, i) => i)).split('M')).toHaveLength(markCells + 2);
  });
});
