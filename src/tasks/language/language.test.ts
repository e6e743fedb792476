import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../foundation/random.ts';
import { answers, instance, keyOf, manySamples, read } from '../../testing/task-checks.ts';
import type { TaskInstance, TokenSample } from '../task.ts';
import { Grammar, draw } from './grammar.ts';
import { language } from './index.ts';

/** The whole document: inputs and the last target. */
function sentencesOf(task: TaskInstance, sample: TokenSample): string[][] {
  const words = [...read(task, sample), '.'];
  return words
    .join(' ')
    .split(' .')
    .filter(Boolean)
    .map((sentence) => sentence.trim().split(' '));
}

const isPluralNoun = (word: string) => word === 'wolves' || word.endsWith('s');
const isPluralVerb = (word: string) => !word.endsWith('s');
const stemOf = (word: string) => (word === 'wolves' ? 'wolf' : word.replace(/s$/u, ''));

describe('the synthetic language', () => {
  it.each(['train', 'heldOut', 'double', 'longerGaps'])(
    'makes verbs agree and objects stay in “%s”',
    (split) => {
      const task = instance(language, { nouns: 8, objects: 8 });
      for (const sample of manySamples(task, 1, split, 60)) {
        const sentences = sentencesOf(task, sample);
        expect(sentences).toHaveLength(split === 'double' ? 16 : 8);
        const known = new Map<string, string>();
        for (const [article, noun, ...rest] of sentences) {
          const [verb, object] = rest.slice(-2) as [string, string];
          expect(article).toBe('the');
          expect(isPluralVerb(verb)).toBe(isPluralNoun(noun!));
          expect(known.get(stemOf(noun!)) ?? object).toBe(object);
          known.set(stemOf(noun!), object);
          const adverbs = rest.length - 2;
          expect(adverbs).toBeGreaterThanOrEqual(split === 'longerGaps' ? 4 : 0);
          expect(adverbs).toBeLessThanOrEqual(split === 'longerGaps' ? 6 : 3);
        }
      }
    },
  );

  it('asks for known objects only, when set so, and finds one in every document', () => {
    const task = instance(language, { score: 'recalls', sentences: 3, nouns: 8 });
    for (const sample of manySamples(task, 1, 'train', 100)) {
      const seen = new Map<string, string>();
      const expected: string[] = [];
      for (const sentence of sentencesOf(task, sample)) {
        const [stem, object] = [stemOf(sentence[1]!), sentence.at(-1)!];
        if (seen.has(stem)) expected.push(seen.get(stem)!);
        seen.set(stem, object);
      }
      expect(answers(task, sample)).toEqual(expected);
      expect(expected.length).toBeGreaterThan(0);
    }
  });

  it.each([
    {},
    { sentences: 3, nouns: 2, objects: 8, gap: 0 },
    { sentences: 20, nouns: 8, objects: 2, gap: 9 },
  ])('states the perplexity that its own probabilities give, %o', (values) => {
    const task = instance(language, values);
    const config = { sentences: 8, nouns: 4, objects: 4, gap: 3, ...values };
    const grammar = new Grammar({ nouns: config.nouns, objects: config.objects, gap: [0, config.gap] });
    let [nats, words] = [0, 0];
    for (let i = 0; i < 1500; i++) {
      const random = new RandomStream('entropy', i);
      let state = grammar.start();
      for (let done = 0; done < config.sentences; words++) {
        const choices = grammar.choices(state);
        for (const { probability } of choices) nats -= probability * Math.log(probability);
        if (state.expects === 'stop') done++;
        state = grammar.after(state, draw(random, choices));
      }
      words--; // the first word is not asked
    }
    const measured = Math.exp(nats / words);
    expect(Math.abs(task.optimum!.value / measured - 1)).toBeLessThan(0.01);
  });

  it('lets nobody guess as well from the last word as from the whole document', () => {
    for (const nouns of [2, 8]) {
      const task = instance(language, { nouns, objects: 8 });
      expect(task.baseline!.value).toBeGreaterThan(1.1 * task.optimum!.value);
    }
  });

  it('gives every choice a probability, and together one', () => {
    const grammar = new Grammar({ nouns: 3, objects: 5, gap: [2, 4] });
    const random = new RandomStream('probabilities');
    let state = grammar.start();
    for (let i = 0; i < 500; i++) {
      const choices = grammar.choices(state);
      expect(choices.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
      state = grammar.after(state, draw(random, choices));
    }
  });

  it('keeps held-out documents out of training', () => {
    const task = instance(language, { sentences: 2, nouns: 2, objects: 2, gap: 0 });
    const trained = new Set(manySamples(task, 1, 'train', 5000).map(keyOf));
    expect(manySamples(task, 2, 'heldOut', 500).filter((sample) => trained.has(keyOf(sample)))).toEqual([]);
  });
});
