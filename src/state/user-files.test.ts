/** Files that a person drops: real ones of each format are taken, and bad ones get the sentence of the format they look like. */
import { gzipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';
import { babiText, idxImages, idxLabels, prose } from '../testing/task-files.ts';
import { runStore } from './run-store.ts';
import { createSettingsStore, chooseTask, settingsStore } from './settings-store.ts';
import { settingsProblem } from './samples.ts';
import { takeFiles } from './user-files.ts';

const fresh = createSettingsStore().getState();

beforeEach(() => {
  settingsStore.setState(fresh, true);
  runStore.setState({ messages: [] });
});

type Content = string | Uint8Array;

const fileOf = (name: string, content: Content): File => new File([content as BlobPart], name);
const give = (...files: readonly (readonly [name: string, content: Content])[]): Promise<boolean> =>
  takeFiles(files.map(([name, content]) => fileOf(name, content)));
const taken = () => {
  const { config, data } = settingsStore.getState();
  return { task: config.task.id, name: data?.name, more: data?.more?.map(({ name }) => name) };
};
const said = (): string => runStore.getState().messages.at(-1)!.content.message;

/** A file that says it is this long; its head is real. */
function oversized(name: string, content: Content): File {
  const file = fileOf(name, content);
  Object.defineProperty(file, 'size', { value: 900_000_000 });
  return file;
}

const images = idxImages(300);
const testImages = idxImages(60);

describe('MNIST', () => {
  it.each([
    ['as they are', (bytes: Uint8Array) => bytes, ''],
    ['gzipped', (bytes: Uint8Array) => gzipSync(bytes), '.gz'],
  ])('takes the four files, %s, in any order as the same data', async (_, pack, end) => {
    const four = [
      [`train-images-idx3-ubyte${end}`, pack(images)],
      [`train-labels-idx1-ubyte${end}`, pack(idxLabels(300))],
      [`t10k-images-idx3-ubyte${end}`, pack(testImages)],
      [`t10k-labels-idx1-ubyte${end}`, pack(idxLabels(60))],
    ] as const;
    expect(await give(...four)).toBe(true);
    const { config, data } = settingsStore.getState();
    expect(taken()).toEqual({
      task: 'mnist',
      name: four[2][0],
      more: [four[3][0], four[0][0], four[1][0]],
    });
    expect(settingsProblem(config, data)).toBeNull();
    expect(await give(...four.toReversed())).toBe(true);
    expect(settingsStore.getState().config.task.dataHash).toBe(config.task.dataHash);
  });

  it('takes images alone, whatever they are called and whichever task was chosen', async () => {
    chooseTask('text');
    expect(await give(['digits', images])).toBe(true);
    expect(taken()).toEqual({ task: 'mnist', name: 'digits', more: undefined });
  });

  it.each([
    ['wrong', 'train-images-idx3-ubyte', prose(2000), 'is not an IDX file'],
    ['truncated', 'train-images-idx3-ubyte', images.subarray(0, 5000), 'is cut off'],
    ['truncated and gzipped', 'images.gz', gzipSync(images).subarray(0, 60), /cut off|unpacked/],
  ])('%s files get its sentence', async (kind, name, content, sentence) => {
    // Where a text was chosen, a text is taken whatever it is called.
    for (const task of kind === 'wrong' ? ['copy', 'mnist'] : ['copy', 'mnist', 'text']) {
      chooseTask(task);
      const before = settingsStore.getState();
      expect(await give([name, content])).toBe(false);
      expect(settingsStore.getState()).toBe(before);
      expect(said()).toMatch(sentence);
    }
  });

  it('says which of several files is wrong', async () => {
    expect(await give(['images', images], ['notes.txt', 'no digits at all'])).toBe(false);
    expect(said()).toContain('“notes.txt” is not an IDX file');
  });

  it('is refused before it is read when it is too large', async () => {
    expect(await takeFiles([oversized('images', images)])).toBe(false);
    expect(said()).toBe('“images” has 900 MB; an MNIST file may have up to 64 MB.');
  });
});

describe('bAbI', () => {
  const story = babiText(40);

  it('is told from a plain text by its numbered lines', async () => {
    expect(await give(['stories.txt', story])).toBe(true);
    expect(taken().task).toBe('babi-file');
  });

  it('is read as a text where that was chosen', async () => {
    chooseTask('text');
    expect(await give(['stories.txt', story])).toBe(true);
    expect(taken().task).toBe('text');
  });

  it.each([
    ['wrong', 'qa1_single-supporting-fact_train.txt', prose(3000), 'is not a bAbI file: line 1'],
    ['truncated', 'stories.txt', story.slice(0, story.lastIndexOf('?') - 4), 'it seems to be cut off'],
  ])('%s files get its sentence', async (_, name, content, sentence) => {
    for (const task of ['copy', 'babi-file']) {
      chooseTask(task);
      expect(await give([name, content])).toBe(false);
      expect(said()).toContain(sentence);
    }
  });

  it('is refused before it is read when it is too large', async () => {
    expect(await takeFiles([oversized('qa1.txt', story)])).toBe(false);
    expect(said()).toBe('“qa1.txt” has 900 MB; a bAbI file may have up to 10 MB.');
  });

  it('keeps any other text out of the chosen task, and says which task reads it', async () => {
    chooseTask('babi-file');
    expect(await give(['novel.txt', prose(5000)])).toBe(false);
    expect(runStore.getState().messages.at(-1)!.content.remedy).toContain('“Your own text”');
  });
});

describe('plain text', () => {
  it('is taken from any task that reads no file', async () => {
    expect(await give(['novel.txt', prose(5000)])).toBe(true);
    expect(taken()).toEqual({ task: 'text', name: 'novel.txt', more: undefined });
  });

  it.each([
    ['wrong', Uint8Array.from({ length: 3000 }, (_, i) => i % 31), 'is not a text'],
    ['truncated', new TextEncoder().encode(`${prose(3000)}ü`).subarray(0, -1), 'is not valid UTF-8'],
    ['empty', '', 'is empty'],
    ['short', 'Hello.', 'windows of 64 need 650'],
  ])('%s files get its sentence', async (_, content, sentence) => {
    expect(await give(['novel.txt', content])).toBe(false);
    expect(said()).toContain(sentence);
  });

  it('is refused before it is read when it is too large', async () => {
    expect(await takeFiles([oversized('novel.txt', prose(5000))])).toBe(false);
    expect(said()).toBe('“novel.txt” has 900 MB; a text may have up to 10 MB.');
  });

  it('is read from one file', async () => {
    expect(await give(['one.txt', prose(5000)], ['two.txt', prose(5000)])).toBe(false);
    expect(said()).toBe('2 files were given, and a text is read from one.');
  });
});
