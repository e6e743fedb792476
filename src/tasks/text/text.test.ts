import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { expectFailure, instance, manySamples, read, tokenSample } from '../../testing/task-checks.ts';
import { file, prose } from '../../testing/task-files.ts';
import type { UserData } from '../task.ts';
import { text } from './index.ts';
import { labelOf, tokenize, unknownLabel, words } from './tokenize.ts';

const refuse = (data: UserData | undefined, code: string) =>
  expectFailure(() => text.instantiate(defaultsOf(text.fields), data), code);

describe('the text task', () => {
  const story = prose(100_000);
  const data = file('story.txt', story);

  it('reads 100 kB and asks at every position for the character that follows in the file', () => {
    const task = instance(text, {}, data);
    const signs = new Map([
      ['␣', ' '],
      ['⏎', '\n'],
    ]);
    for (const sample of manySamples(task, 1, 'train', 50)) {
      const stream = [...read(task, sample), task.vocabulary[sample.targets.at(-1)!]!];
      expect(story).toContain(stream.map((label) => signs.get(label) ?? label).join(''));
      expect([...sample.targets.subarray(0, -1)]).toEqual([...sample.tokens.subarray(1)]);
      expect(sample.mask.every((weight) => weight === 1)).toBe(true);
      expect(sample.tokens).toHaveLength(64);
    }
  });

  it('holds out the last tenth: no training window reaches into it, no held-out window out of it', () => {
    const numbers = Array.from({ length: 4000 }, (_, i) => `w${i}`).join(' ');
    const task = instance(text, { level: 'word', wordLimit: 8192 }, file('numbers.txt', numbers));
    const places = (split: string) =>
      manySamples(task, 1, split, 300).flatMap((sample) =>
        [...sample.tokens, sample.targets.at(-1)!].map((token) => Number(task.vocabulary[token]!.slice(1))),
      );
    expect(Math.max(...places('train'))).toBeLessThan(3600);
    expect(Math.min(...places('heldOut'), ...places('double'))).toBeGreaterThanOrEqual(3600);
    expect(Math.max(...places('train'))).toBeGreaterThan(3500);
    expect(Math.min(...places('train'))).toBeLessThan(100);
  });

  it('states the perplexity of unigrams counted on the first nine tenths', () => {
    const task = instance(text, {}, data);
    const split = story.length - Math.floor(story.length / 10);
    const counts = new Map<string, number>();
    for (const character of story) counts.set(character, 1);
    for (const character of story.slice(0, split)) counts.set(character, counts.get(character)! + 1);
    const rest = Array.from(story.slice(split));
    const nats = rest.map((character) => -Math.log(counts.get(character)! / (split + counts.size)));
    const perplexity = Math.exp(nats.reduce((sum, value) => sum + value, 0) / rest.length);
    expect(task.baseline?.metric).toBe('perplexity');
    expect(task.baseline?.value).toBeCloseTo(perplexity, 6);
    expect(perplexity).toBeGreaterThan(5);
  });

  it('keeps the most frequent characters and reads the rest as unknown', () => {
    const { tokens, units } = tokenize('aaaa bbb cc d', 'character', 4);
    expect(units).toEqual(['a', ' ', 'b', unknownLabel]);
    expect([...tokens]).toEqual([0, 0, 0, 0, 1, 2, 2, 2, 1, 3, 3, 1, 3]);
    expect(tokenize('aab', 'character', 2).units).toEqual(['a', 'b']);
  });

  it('takes characters beyond the basic plane as one token', () => {
    expect(tokenize('😀a😀', 'character', 16).units).toEqual(['😀', 'a']);
  });

  it('cuts words, numbers, punctuation and line ends apart', () => {
    expect(words("Don't stop, über-cool\n42!")).toEqual(["Don't", 'stop', ',', 'über-cool', '\n', '42', '!']);
  });

  it('shows what is invisible by a sign', () => {
    expect([' ', '\n', '\t', '\u0001', 'a'].map(labelOf)).toEqual(['␣', '⏎', '⇥', 'U+0001', 'a']);
  });

  it('reads line ends of any system and skips a byte order mark', () => {
    const task = instance(text, {}, file('dos.txt', `\uFEFF${'one\r\ntwo\r'.repeat(200)}`));
    expect([...task.vocabulary].sort()).toEqual(['e', 'n', 'o', 't', 'w', '⏎']);
  });

  it('offers longer windows only where the held-out part has room for them', () => {
    const names = (length: number) =>
      instance(text, { windowLength: 64 }, file('a.txt', prose(length))).splits.map(({ name }) => name);
    expect(names(800)).toEqual(['train', 'heldOut']);
    expect(names(2000)).toEqual(['train', 'heldOut', 'double']);
  });

  it('reads the same file again when other fields change, and another file as another text', () => {
    const twice = [8, 16].map((windowLength) => instance(text, { windowLength }, data));
    expect(twice.map((task) => tokenSample(task, 1, 'train', 0).tokens.length)).toEqual([8, 16]);
    expect(instance(text, { vocabularyLimit: 16 }, data).vocabulary).toHaveLength(16);
    expect(instance(text, {}, file('x.txt', 'xyz '.repeat(500))).vocabulary).toHaveLength(4);
  });
});

describe('a file that is no usable text gets a clear sentence', () => {
  const random = new RandomStream('bytes');
  const noise = Uint8Array.from({ length: 5000 }, () => random.integer(256));

  it('when there is none', () => {
    expect(refuse(undefined, 'no-file').message).toContain('needs a text');
  });
  it('when it is empty', () => {
    expect(refuse(file('nothing.txt', ''), 'empty-file').message).toBe('“nothing.txt” is empty.');
  });
  it('when it is binary', () => {
    expect(refuse(file('photo.jpg', noise), 'not-text').message).toContain('binary');
    const withoutZeros = noise.map((byte) => Math.max(1, byte));
    expect(refuse(file('photo.jpg', withoutZeros), 'not-text').message).toContain('binary');
  });
  it('when it is UTF-16', () => {
    const utf16 = Uint8Array.from([0xff, 0xfe, ...Array.from('hello').flatMap((c) => [c.charCodeAt(0), 0])]);
    expect(refuse(file('notepad.txt', utf16), 'not-text').message).toContain('UTF-16');
  });
  it('when it is not UTF-8', () => {
    const latin1 = Uint8Array.from(Array.from('Grüße aus Köln. '.repeat(100)), (c) => c.charCodeAt(0));
    expect(refuse(file('latin1.txt', latin1), 'bad-utf8').remedy).toContain('UTF-8');
  });
  it('when a character is cut in two at its end', () => {
    const bytes = new TextEncoder().encode(`${'a b '.repeat(500)}ü`);
    refuse(file('cut.txt', bytes.subarray(0, -1)), 'bad-utf8');
  });
  it('when it has 50 MB', () => {
    const message = '“huge.txt” has 50 MB; at most 10 MB can be used.';
    expect(refuse(file('huge.txt', new Uint8Array(50_000_000).fill(97)), 'file-too-large').message).toBe(
      message,
    );
  });
  it('when it is too short for one held-out window', () => {
    const { message } = refuse(file('note.txt', 'A short note.'), 'text-too-short');
    expect(message).toContain('13 characters');
    expect(message).toContain('need 650');
    expect(instance(text, {}, file('note.txt', prose(650))).splits).toHaveLength(2);
  });
  it('when it never changes', () => {
    refuse(file('a.txt', 'a'.repeat(5000)), 'text-too-plain');
  });
});
