/**
 * IDX files, the format of MNIST (LeCun, Cortes and Burges): two zero bytes, a byte for the type, a byte for the number of
 * dimensions, the extents as big-endian 32-bit numbers, then the data. They come gzipped as a rule.
 */
import { Gunzip } from 'fflate';
import { checkFileSize, fileError } from '../common/read-file.ts';
import type { DataFile } from '../task.ts';

export type IdxFile =
  | { readonly kind: 'images'; readonly name: string; readonly count: number; readonly pixels: Uint8Array }
  | { readonly kind: 'labels'; readonly name: string; readonly count: number; readonly labels: Uint8Array };

/** MNIST's training images have 47 MB. */
export const maximumIdxBytes = 64_000_000;
export const imageWidth = 28;
const imageArea = imageWidth * imageWidth;

/** By the name of the published files, or by the first bytes of an IDX file or an archive. */
export function looksLikeIdx({ name, bytes }: DataFile): boolean {
  const [first, second, type, dimensions] = bytes;
  if (first === 0x1f && second === 0x8b) return true;
  return (first === 0 && second === 0 && type === 0x08 && dimensions! < 8) || /idx\d-ubyte/u.test(name);
}

/**
 * Images of 28 × 28 bytes or labels 0 … 9.
 * @throws PlaygroundError `empty-file`, `file-too-large`, `bad-archive`, `not-idx`, `wrong-idx`, `cut-off`, `too-long` or `wrong-label`
 */
export function readIdx(file: DataFile): IdxFile {
  checkFileSize(file, maximumIdxBytes);
  const packed = file.bytes[0] === 0x1f && file.bytes[1] === 0x8b;
  const bytes = packed ? unpack(file) : file.bytes;
  const { name } = file;
  const extents = readHeader(name, bytes);
  const [count, ...sides] = extents as [number, ...number[]];
  const images = sides.length === 2;
  if (images && sides.some((side) => side !== imageWidth)) {
    throw wrongIdx(name, `images of ${sides.join(' × ')} pixels`);
  }
  if (count === 0)
    throw fileError('empty-file', `“${name}” has no entries.`, 'Choose a file that has something in it.');
  const data = bytes.subarray(4 + 4 * extents.length);
  const expected = count * (images ? imageArea : 1);
  checkLength(name, data.length, expected);
  if (images) return { kind: 'images', name, count, pixels: data };
  const wrong = data.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw fileError(
      'wrong-label',
      `“${name}” has ${data[wrong]!} as label number ${wrong + 1}; only the digits 0 to 9 can be used.`,
      'Use the label file that belongs to the digits.',
    );
  }
  return { kind: 'labels', name, count, labels: data };
}

/** Extents of a file of bytes with one or three dimensions. */
function readHeader(name: string, bytes: Uint8Array): number[] {
  const [zero, alsoZero, type, dimensions] = bytes;
  const known = type !== undefined && [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e].includes(type);
  if (zero !== 0 || alsoZero !== 0 || !known || dimensions === undefined) {
    throw fileError(
      'not-idx',
      `“${name}” is not an IDX file, the format in which MNIST comes.`,
      'Give files such as train-images-idx3-ubyte or train-images-idx3-ubyte.gz.',
    );
  }
  if (type !== 0x08 || (dimensions !== 1 && dimensions !== 3)) {
    throw wrongIdx(name, `${dimensions} dimensions of type 0x${type.toString(16).padStart(2, '0')}`);
  }
  if (bytes.length < 4 + 4 * dimensions) throw cutOff(name, 'its header is not complete');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
}

function checkLength(name: string, length: number, expected: number): void {
  if (length < expected) {
    throw cutOff(name, `its header announces ${expected} bytes of data, and ${length} are there`);
  }
  if (length > expected) {
    throw fileError(
      'too-long',
      `“${name}” is damaged: its header announces ${expected} bytes of data, and ${length} are there.`,
      'Copy or download the file again.',
    );
  }
}

function unpack({ name, bytes }: DataFile): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const gunzip = new Gunzip((chunk) => {
    total += chunk.length;
    if (total <= maximumIdxBytes) chunks.push(chunk);
  });
  const slice = 65_536; // so that an archive that unpacks to gigabytes is noticed in time
  try {
    for (let start = 0; start < bytes.length && total <= maximumIdxBytes; start += slice) {
      gunzip.push(bytes.subarray(start, start + slice), start + slice >= bytes.length);
    }
  } catch {
    throw fileError(
      'bad-archive',
      `“${name}” cannot be unpacked: it is damaged or was cut off.`,
      'Copy or download the file again.',
    );
  }
  if (total > maximumIdxBytes) {
    throw fileError(
      'file-too-large',
      `“${name}” unpacks to more than ${maximumIdxBytes / 1e6} MB.`,
      'Give the files of MNIST as they are.',
    );
  }
  const unpacked = new Uint8Array(total);
  let place = 0;
  for (const chunk of chunks) {
    unpacked.set(chunk, place);
    place += chunk.length;
  }
  return unpacked;
}

function wrongIdx(name: string, found: string) {
  return fileError(
    'wrong-idx',
    `“${name}” is an IDX file, but of another kind: it has ${found}.`,
    'Give images of 28 × 28 bytes (idx3-ubyte) and, if you like, their labels (idx1-ubyte).',
  );
}

function cutOff(name: string, problem: string) {
  return fileError('cut-off', `“${name}” is cut off: ${problem}.`, 'Copy or download the file again.');
}
