/** MNIST as pixel sequences, from the IDX files that a person drops: images alone, or with their labels, or all four. */
import { checkFields } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { fileError, requireFile } from '../common/read-file.ts';
import type { DataFile, SplitName, TaskDefinition, UserData } from '../task.ts';
import { imageWidth, looksLikeIdx, maximumIdxBytes, readIdx } from './idx.ts';
import type { IdxFile } from './idx.ts';
import { pixelFields, pixelInstance, quantize } from './pixel-task.ts';
import type { Ask } from './pixel-task.ts';

/** Without a file of test images, the last tenth is held out. */
const heldOutOneIn = 10;

export const mnist: TaskDefinition = {
  id: 'mnist',
  name: 'MNIST from files',
  summary:
    'A handwritten digit goes in pixel by pixel, and the next pixel or the digit must be named: what stood above is a whole row away.',
  source: 'after Wu et al. 2022 (Memformer, pixel sequences); data by LeCun, Cortes and Burges',
  fields: pixelFields,
  userData: {
    accept: '*/*',
    what: 'an MNIST file',
    resembles: (head) => (looksLikeIdx(head) ? 2 : 0),
    explanation:
      'MNIST’s IDX files, gzipped or not: the images, and their labels if the digit is asked. Drop all four, and the test images are the held-out data. They stay in this browser.',
    maximumBytes: maximumIdxBytes,
    multiple: true,
  },
  instantiate(given, data) {
    const { size, levels, ask } = checkFields(pixelFields, given);
    const sets = imageSets(requireFile(data, 'a file of MNIST images'), ask);
    return pixelInstance({
      size: Number(size),
      levels,
      ask,
      splits: [
        { name: 'train', label: 'training', explanation: 'What the model is trained on.' },
        { name: 'heldOut', label: 'held out', explanation: sets.heldOutExplanation },
        {
          name: 'shifted',
          label: 'shifted',
          explanation:
            'Held-out images, moved by three pixels of the original in any direction: does it know digits or places?',
        },
      ],
      picture(seed, split, index) {
        const random = new RandomStream('mnist', seed, split, index);
        const { images, first, count } = split === 'train' ? sets.train : sets.heldOut;
        const chosen = first + random.integer(count);
        const shift = shiftOf(split, random);
        const ink = inkOf(images.pixels, chosen, shift);
        const pixels = quantize(Number(size) === imageWidth ? ink : halved(ink), levels);
        return { pixels, digit: images.labels?.[chosen] ?? 0 };
      },
    });
  },
};

/** Some images of a file, with the labels of all of them where there are any. */
interface ImageSet {
  readonly images: { readonly pixels: Uint8Array; readonly labels: Uint8Array | undefined };
  readonly first: number;
  readonly count: number;
}

interface ImageSets {
  readonly train: ImageSet;
  readonly heldOut: ImageSet;
  readonly heldOutExplanation: string;
}

/** What was read from a file, so that moving a slider does not unpack it again. */
const known = new WeakMap<Uint8Array, IdxFile>();

function idxFileOf(file: DataFile): IdxFile {
  const read = known.get(file.bytes) ?? readIdx(file);
  known.set(file.bytes, read);
  return read;
}

/** Finds out by content what each file is; names do not matter. */
function imageSets(data: UserData, ask: Ask): ImageSets {
  const files = [data, ...(data.more ?? [])].map(idxFileOf);
  // The larger file of images is the one to train on; files of equal size keep their order.
  const images = files.filter((file) => file.kind === 'images').sort((a, b) => b.count - a.count);
  const labels = files.filter((file) => file.kind === 'labels');
  const [first, second] = images;
  if (!first) {
    throw fileError(
      'labels-without-images',
      `“${data.name}” has labels, but no images came with it.`,
      'Drop the file of images, alone or together with its labels.',
    );
  }
  if (images.length > 2 || labels.length > 2) {
    throw fileError(
      'too-many-files',
      `${images.length} files of images and ${labels.length} of labels were dropped; at most two of each can be used.`,
      'Drop the four files of MNIST, or the images alone.',
    );
  }
  const labelled = (file: typeof first) => {
    const own = labels.find(({ count }) => count === file.count);
    if (!own && ask === 'digit') throw missingLabels(file, labels[0]);
    return { pixels: file.pixels, labels: own?.labels };
  };
  if (second) {
    return {
      train: { images: labelled(first), first: 0, count: first.count },
      heldOut: { images: labelled(second), first: 0, count: second.count },
      heldOutExplanation: `The ${second.count} images of “${second.name}”, which training never sees.`,
    };
  }
  const heldOut = Math.floor(first.count / heldOutOneIn);
  if (heldOut === 0) {
    throw fileError(
      'too-few-images',
      `“${first.name}” has ${first.count} ${first.count === 1 ? 'image' : 'images'}; at least ${heldOutOneIn} are needed, because a tenth is held out.`,
      'Drop a larger file, or one of test images together with it.',
    );
  }
  const all = labelled(first);
  return {
    train: { images: all, first: 0, count: first.count - heldOut },
    heldOut: { images: all, first: first.count - heldOut, count: heldOut },
    heldOutExplanation: 'The last tenth of the images, which training never sees.',
  };
}

function missingLabels(images: IdxFile, labels: IdxFile | undefined) {
  return labels
    ? fileError(
        'labels-do-not-fit',
        `“${labels.name}” has ${labels.count} labels, but “${images.name}” has ${images.count} images.`,
        'Drop each file of images together with the labels that belong to it.',
      )
    : fileError(
        'no-labels',
        `The digit is asked, but no labels came with “${images.name}”.`,
        'Drop images and labels together, or ask for the next pixel.',
      );
}

type Shift = readonly [right: number, down: number];

/** Three pixels in one of eight directions; none in the other splits. */
function shiftOf(split: SplitName, random: RandomStream): Shift {
  if (split !== 'shifted') return [0, 0];
  const way = random.integer(8);
  const angle = (way / 4) * Math.PI;
  return [3 * Math.round(Math.cos(angle)), 3 * Math.round(Math.sin(angle))];
}

/** Ink of one image in 0 … 1; what a shift brings in from outside is empty. */
function inkOf(pixels: Uint8Array, image: number, [right, down]: Shift): Float32Array {
  const start = image * imageWidth * imageWidth;
  return Float32Array.from({ length: imageWidth * imageWidth }, (_, i) => {
    const column = (i % imageWidth) - right;
    const row = Math.floor(i / imageWidth) - down;
    const inside = column >= 0 && column < imageWidth && row >= 0 && row < imageWidth;
    return inside ? pixels[start + row * imageWidth + column]! / 255 : 0;
  });
}

/** Means of 2 × 2 pixels. */
function halved(ink: Float32Array): Float32Array {
  const width = imageWidth / 2;
  return Float32Array.from({ length: width * width }, (_, i) => {
    const corner = 2 * Math.floor(i / width) * imageWidth + 2 * (i % width);
    return (ink[corner]! + ink[corner + 1]! + ink[corner + imageWidth]! + ink[corner + imageWidth + 1]!) / 4;
  });
}
