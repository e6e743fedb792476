/** Files as a person would drop them, made by the tests themselves. */
import { RandomStream } from '../foundation/random.ts';
import type { UserData } from '../tasks/task.ts';

export function file(name: string, content: string | Uint8Array): UserData {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { name, hash: `${name}:${bytes.length}`, bytes };
}

/** Something like English, at least `length` characters: sentences of a few words, with umlauts and line ends. */
export function prose(length: number): string {
  const random = new RandomStream('prose');
  const words = 'the a fox dog river über mountain sees crosses loves old quick small and then slowly'.split(
    ' ',
  );
  let text = '';
  while (text.length < length) {
    const sentence = Array.from({ length: random.between(3, 9) }, () => words[random.integer(words.length)]);
    text += `${sentence.join(' ')}.${random.integer(5) === 0 ? '\n' : ' '}`;
  }
  return text;
}

/** A file in the format of the original bAbI tasks, with other stories: `questions` about `stories`. */
export function babiText(stories: number, questions = 3): string {
  const random = new RandomStream('babi file');
  const pick = (...words: readonly string[]) => words[random.integer(words.length)]!;
  const lines: string[] = [];
  for (let story = 0; story < stories; story++) {
    const placeOf = new Map<string, readonly [place: string, line: number]>();
    let line = 1;
    for (let question = 0; question < questions; question++) {
      for (let i = 0; i < 2; i++) {
        const [person, place] = [pick('Ann', 'Bob'), pick('park', 'pool', 'mill')];
        placeOf.set(person, [place, line]);
        lines.push(`${line++} ${person} ${pick('moved', 'went')} to the ${place}.`);
      }
      const [person, [place, support]] = [...placeOf][0]!;
      lines.push(`${line++} Where is ${person}? \t${place}\t${support}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** An IDX file: type, extents as 32-bit big-endian numbers, data. */
export function idx(extents: readonly number[], data: ArrayLike<number>, type = 0x08): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * extents.length + data.length);
  bytes.set([0, 0, type, extents.length]);
  const view = new DataView(bytes.buffer);
  extents.forEach((extent, axis) => view.setUint32(4 + 4 * axis, extent));
  bytes.set(data, 4 + 4 * extents.length);
  return bytes;
}

/** Images of 28 × 28: image i has the digit i mod 10 and as many full rows, from the top; its last pixel counts images. */
export function idxImages(count: number): Uint8Array {
  const data = new Uint8Array(count * 784);
  for (let i = 0; i < count; i++) {
    data.fill(255, i * 784, i * 784 + (i % 10) * 28);
    data[i * 784 + 783] = i % 256;
  }
  return idx([count, 28, 28], data);
}

export function idxLabels(count: number): Uint8Array {
  return idx(
    [count],
    Array.from({ length: count }, (_, i) => i % 10),
  );
}

/** Data that the task can use with any setting of its fields; undefined for tasks that need none. */
export function dataFor(taskId: string): UserData | undefined {
  return data[taskId]?.();
}

const data: Readonly<Record<string, () => UserData>> = {
  text: () => file('story.txt', prose(60_000)),
  'babi-file': () => file('qa.txt', babiText(200)),
  mnist: () => ({
    ...file('images', idxImages(200)),
    more: [file('labels', idxLabels(200))],
  }),
};
