import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { FieldValues } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { expectFailure, instance, manySamples, tokenSample } from '../../testing/task-checks.ts';
import { file, idx, idxImages, idxLabels } from '../../testing/task-files.ts';
import type { UserData } from '../task.ts';
import { mnist } from './mnist.ts';

/** Files dropped together. */
function dropped(...contents: readonly (readonly [name: string, bytes: Uint8Array])[]): UserData {
  const [first, ...more] = contents.map(([name, bytes]) => file(name, bytes));
  return { ...first!, more };
}

const four = (pack: (bytes: Uint8Array) => Uint8Array) =>
  dropped(
    ['t10k-labels-idx1-ubyte', pack(idxLabels(50))],
    ['train-images-idx3-ubyte', pack(idxImages(300))],
    ['t10k-images-idx3-ubyte', pack(idxImages(50))],
    ['train-labels-idx1-ubyte', pack(idxLabels(300))],
  );

const refuse = (data: UserData | undefined, code: string, values: FieldValues = {}) =>
  expectFailure(() => instance(mnist, values, data), code);

describe('MNIST from files', () => {
  it.each([
    ['plain', (bytes: Uint8Array) => bytes],
    ['gzipped', (bytes: Uint8Array) => gzipSync(bytes)],
  ])('reads all four files, %s and in any order, and holds out the test images', (_, pack) => {
    const task = instance(mnist, { size: '28', ask: 'digit', levels: 2 }, four(pack));
    expect(task.splits[1]?.explanation).toContain('50 images of “t10k-images-idx3-ubyte”');
    for (const split of ['train', 'heldOut']) {
      for (const { tokens, targets } of manySamples(task, 1, split, 100)) {
        // The made images show their digit as that many full rows.
        const rows = tokens.subarray(0, 28 * 28 - 1).filter((level) => level === 1).length / 28;
        expect(task.vocabulary[targets.at(-1)!]).toBe(`digit ${rows}`);
      }
    }
  });

  it('trains on images alone, and holds out their last tenth', () => {
    const task = instance(mnist, { size: '28', levels: 16 }, file('images', idxImages(150)));
    const numbers = (split: string) => manySamples(task, 1, split, 400).map(({ targets }) => targets.at(-1)!);
    // The last pixel counts the images; with 16 levels it tells the first from the last ones.
    expect(Math.max(...numbers('train'))).toBe(Math.round((134 / 255) * 15));
    expect(Math.min(...numbers('heldOut'))).toBe(Math.round((135 / 255) * 15));
    expect(task.splits[1]?.explanation).toContain('last tenth');
  });

  it('shows a 14 × 14 picture as means of four pixels', () => {
    const [small, large] = ['14', '28'].map((size) =>
      instance(mnist, { size, levels: 16 }, file('images', idxImages(100))),
    );
    const few = tokenSample(small!, 1, 'train', 3).targets;
    const many = tokenSample(large!, 1, 'train', 3).targets;
    for (let row = 0; row < 14; row++) {
      for (let column = 0; column < 14; column++) {
        const corner = 56 * row + 2 * column;
        const mean = (many[corner]! + many[corner + 1]! + many[corner + 28]! + many[corner + 29]!) / 4;
        expect(Math.abs(few[14 * row + column]! - mean)).toBeLessThanOrEqual(0.75); // two roundings
      }
    }
  });

  it('moves the images of one split by three pixels', () => {
    const task = instance(
      mnist,
      { size: '28', levels: 2, ask: 'digit' },
      four((bytes) => bytes),
    );
    for (const { tokens, targets } of manySamples(task, 1, 'shifted', 100)) {
      const digit = Number(task.vocabulary[targets.at(-1)!]!.replace('digit ', ''));
      const rows = Array.from({ length: 27 }, (_, row) => tokens.subarray(28 * row, 28 * row + 28));
      const inked = rows.map((row) => row.filter((level) => level === 1).length);
      const full = inked.filter((count) => count >= 25);
      expect([digit, Math.max(0, digit - 3)]).toContain(full.length);
      expect(full.every((count) => count === 28 || count === 25)).toBe(true);
    }
  });

  it('reads a file only once while fields change', () => {
    const data = file('images', gzipSync(idxImages(100)));
    const first = instance(mnist, { levels: 2 }, data);
    const second = instance(mnist, { levels: 8 }, data);
    expect([first.vocabulary.length, second.vocabulary.length]).toEqual([3, 9]);
  });
});

describe('a file that is no usable MNIST file gets a clear sentence', () => {
  const random = new RandomStream('noise');
  const images = idxImages(100);
  const labels = idxLabels(100);
  const dropOne = (bytes: Uint8Array) => file('data', bytes);

  it('when there is none', () => {
    expect(refuse(undefined, 'no-file').message).toContain('MNIST');
  });
  it('when it is empty, or has no entries', () => {
    refuse(dropOne(new Uint8Array()), 'empty-file');
    refuse(dropOne(idxImages(0)), 'empty-file');
  });
  it('when it is something else', () => {
    refuse(dropOne(Uint8Array.from({ length: 900 }, () => random.integer(256))), 'not-idx');
    refuse(file('photo.txt', 'just a text'), 'not-idx');
    refuse(dropOne(gzipSync(new TextEncoder().encode('just a text'))), 'not-idx');
  });
  it('when it is IDX of another kind', () => {
    const floats = idx([100, 28, 28], new Uint8Array(4 * 78_400), 0x0d);
    expect(refuse(dropOne(floats), 'wrong-idx').message).toContain('3 dimensions of type 0x0d');
    expect(refuse(dropOne(idx([10, 20], new Uint8Array(200))), 'wrong-idx').message).toContain(
      '2 dimensions',
    );
    const small = refuse(dropOne(idx([10, 20, 20], new Uint8Array(4000))), 'wrong-idx');
    expect(small.message).toContain('images of 20 × 20 pixels');
  });
  it('when it is cut off', () => {
    const { message } = refuse(dropOne(images.subarray(0, 10_000)), 'cut-off');
    expect(message).toContain('announces 78400 bytes of data, and 9984 are there');
    refuse(dropOne(images.subarray(0, -1)), 'cut-off');
    expect(refuse(dropOne(images.subarray(0, 10)), 'cut-off').message).toContain('header');
    refuse(dropped(['images', images], ['labels', labels.subarray(0, 50)]), 'cut-off');
  });
  it('when its archive is cut off or damaged', () => {
    const packed = gzipSync(Uint8Array.from({ length: 50_000 }, () => random.integer(256)));
    refuse(dropOne(packed.subarray(0, 20_000)), 'bad-archive');
    refuse(dropOne(gzipSync(images).subarray(0, 40)), 'bad-archive');
    refuse(dropOne(gzipSync(images).map((byte, i) => (i > 20 ? byte ^ 0xa5 : byte))), 'bad-archive');
  });
  it('when it is longer than it says', () => {
    expect(refuse(dropOne(Uint8Array.of(...images, 1, 2, 3)), 'too-long').message).toContain('78403');
  });
  it('when it is too large, packed or not', () => {
    refuse(dropOne(new Uint8Array(70_000_000)), 'file-too-large');
    const bomb = dropOne(gzipSync(new Uint8Array(70_000_000)));
    expect(bomb.bytes.length).toBeLessThan(200_000);
    expect(refuse(bomb, 'file-too-large').message).toContain('unpacks to more than 64 MB');
  });
  it('when labels are no digits', () => {
    const wrong = idx([3], [1, 12, 3]);
    expect(refuse(dropped(['images', images], ['labels', wrong]), 'wrong-label').message).toContain('12');
  });
  it('when labels come without images', () => {
    refuse(dropOne(labels), 'labels-without-images');
  });
  it('when the digit is asked and labels are missing or belong to other images', () => {
    refuse(dropOne(images), 'no-labels', { ask: 'digit' });
    const { message } = refuse(dropped(['images', images], ['labels', idxLabels(90)]), 'labels-do-not-fit', {
      ask: 'digit',
    });
    expect(message).toContain('90 labels, but “images” has 100 images');
  });
  it('when too many files are dropped, or too few images', () => {
    refuse(dropped(['a', idxImages(20)], ['b', idxImages(30)], ['c', idxImages(40)]), 'too-many-files');
    expect(refuse(dropOne(idxImages(9)), 'too-few-images').message).toContain('9 images');
  });
});
