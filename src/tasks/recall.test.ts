/** Tasks that ask for what was shown: repeat copy, associative recall, recall across segments, T-maze. */
import { describe, expect, it } from 'vitest';
import { answers, instance, keyOf, manySamples, read } from '../testing/task-checks.ts';
import { associativeRecall } from './associative-recall.ts';
import { repeatCopy } from './repeat-copy.ts';
import { segmentRecall } from './segment-recall.ts';
import type { TaskInstance, TokenSample } from './task.ts';
import { tMaze } from './t-maze.ts';

/** The position and label of every input that asks. */
function asked(task: TaskInstance, sample: TokenSample): string[] {
  return read(task, sample).filter((_, t) => sample.mask[t] === 1);
}

describe('repeat copy', () => {
  it('asks for the symbols as often as there are delimiters, then for the end mark', () => {
    const task = instance(repeatCopy);
    for (const split of ['train', 'double', 'moreRepeats']) {
      for (const sample of manySamples(task, 1, split, 100)) {
        const [, shown, delimiters, blanks] = /^([a-h]+)(⏎+)(·+)$/u.exec(read(task, sample).join(''))!;
        expect(answers(task, sample).join('')).toBe(`${shown!.repeat(delimiters!.length)}■`);
        expect(blanks!.length).toBe(answers(task, sample).length);
      }
    }
  });

  it('shows twice the trained repeats in one split only', () => {
    const task = instance(repeatCopy, { repeats: 3 });
    const times = (split: string) =>
      manySamples(task, 1, split, 200).map(
        (sample) => read(task, sample).filter((label) => label === '⏎').length,
      );
    expect(new Set(times('train'))).toEqual(new Set([1, 2, 3]));
    expect(new Set(times('moreRepeats'))).toEqual(new Set([6]));
  });
});

describe('associative recall', () => {
  /** From the labels alone: the value behind the last time that a key came before the question mark. */
  const lookUp = (labels: readonly string[], key: string): string => {
    const place = labels.slice(0, labels.indexOf('?')).lastIndexOf(key);
    return labels[place + 1]!;
  };

  it.each([false, true])(
    'asks for the value that a key was given last (keys come again: %s)',
    (overwrite) => {
      const task = instance(associativeRecall, { overwrite, pairs: 8, keys: 6, queries: 4, distractors: 10 });
      for (const { name } of task.splits) {
        for (const sample of manySamples(task, 1, name, 100)) {
          const labels = read(task, sample);
          expect(asked(task, sample)).toHaveLength(4);
          expect(answers(task, sample)).toEqual(asked(task, sample).map((key) => lookUp(labels, key)));
        }
      }
    },
  );

  it('gives no key twice unless told to', () => {
    const repeats = (overwrite: boolean) => {
      const task = instance(associativeRecall, { overwrite, pairs: 6 });
      return manySamples(task, 1, 'train', 200).filter((sample) => {
        const labels = read(task, sample);
        const keys = labels.slice(0, labels.indexOf('?')).filter((label) => /[a-z]/u.test(label));
        return new Set(keys).size < keys.length;
      }).length;
    };
    expect(repeats(false)).toBe(0);
    expect(repeats(true)).toBeGreaterThan(60);
  });

  it('asks every key once before it asks one again', () => {
    const task = instance(associativeRecall, { pairs: 4, queries: 8 });
    for (const sample of manySamples(task, 1, 'morePairs', 50)) {
      expect(new Set(asked(task, sample)).size).toBe(8);
    }
  });

  it('scatters noise between pairs, never inside one', () => {
    const task = instance(associativeRecall, { distractors: 8 });
    for (const sample of manySamples(task, 1, 'moreDistractors', 50)) {
      const shown = read(task, sample).join('').split('?')[0]!;
      expect(shown.replaceAll(/[~≈∿≋]/gu, '')).toMatch(/^(?:[a-h]\d)+$/u);
      expect(shown).toMatch(/^[~≈∿≋]*(?:[a-h]\d[~≈∿≋]*)+$/u);
      expect(shown.match(/[~≈∿≋]/gu)).toHaveLength(32);
    }
  });

  it('never trains on a held-out list of pairs, in whatever noise', () => {
    const task = instance(associativeRecall, { pairs: 2, keys: 4, values: 8, distractors: 3 });
    const pairsOf = (sample: TokenSample) =>
      read(task, sample)
        .join('')
        .split('?')[0]!
        .replaceAll(/[~≈∿≋]/gu, '');
    const pairs = (split: string) =>
      manySamples(task, 1, split, 3000)
        .map(pairsOf)
        .filter((list) => list.length > 2);
    const trained = new Set(pairs('train'));
    expect(pairs('heldOut').length).toBeGreaterThan(1000);
    expect(pairs('heldOut').filter((list) => trained.has(list))).toEqual([]);
  });
});

describe('recall across segments', () => {
  it('shows pairs, then whole segments of noise, then asks every key for its value', () => {
    const task = instance(segmentRecall);
    for (const [split, gaps] of [
      ['train', [1, 2]],
      ['double', [4]],
      ['quadruple', [8]],
    ] as const) {
      const seen = new Set<number>();
      for (const sample of manySamples(task, 1, split, 100)) {
        const line = read(task, sample).join('');
        const [, shown, noise, questions] = /^((?:[a-h]\d){4})([~≈∿≋]*)((?:[a-h]·){4})$/u.exec(line)!;
        seen.add(noise!.length / 8);
        const keys = questions!.replaceAll('·', '').split('');
        expect(keys.toSorted()).toEqual(shown!.replaceAll(/\d/gu, '').split('').toSorted());
        expect(answers(task, sample)).toEqual(keys.map((key) => shown![shown!.indexOf(key) + 1]));
        expect(asked(task, sample)).toEqual(keys);
      }
      expect([...seen].sort()).toEqual(gaps);
    }
  });

  it('takes no more pairs than there are keys', () => {
    const task = instance(segmentRecall, { pairs: 10, keys: 3, maximumGap: 1 });
    expect(manySamples(task, 1, 'train', 1)[0]!.mask.filter((weight) => weight === 1)).toHaveLength(3);
  });
});

describe('T-maze', () => {
  it('asks at the junction for the cue of the first cell', () => {
    const task = instance(tMaze, { ways: 4 });
    for (const { name } of task.splits) {
      for (const sample of manySamples(task, 1, name, 50)) {
        const labels = read(task, sample);
        expect(labels.join('')).toMatch(/^[↑↓↖↗][─═┄┅]+┤$/u);
        expect(answers(task, sample)).toEqual([labels[0]]);
        expect(sample.mask.indexOf(1)).toBe(labels.length - 1);
      }
    }
  });

  it('has a corridor of equal cells when patterns are off, and says that nothing can be held out', () => {
    const task = instance(tMaze, { patterns: false });
    for (const sample of manySamples(task, 1, 'train', 50))
      expect(read(task, sample).join('')).toMatch(/^.─+┤$/u);
    expect(task.splits[1]?.explanation).toContain('no others');
  });

  it('keeps held-out corridors out of training', () => {
    const task = instance(tMaze, { minimumLength: 4, maximumLength: 5 });
    const trained = new Set(manySamples(task, 1, 'train', 4000).map(keyOf));
    expect(manySamples(task, 1, 'heldOut', 500).filter((sample) => trained.has(keyOf(sample)))).toEqual([]);
  });
});
