/**
 * The safetensors format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes. The Python library
 * reads what is written here. Files are untrusted: every offset is checked before anything is copied.
 * Source: the format's README (huggingface/safetensors).
 */
import { PlaygroundError } from '../foundation/errors.ts';
import type { Tensor, TensorMap } from '../graph/types.ts';
import { elementCount } from '../graph/types.ts';

const headerLimit = 16 * 1024 * 1024;
const kept = 'Your run is as it was.';

export interface SafetensorsFile {
  readonly tensors: TensorMap;
  readonly metadata: Readonly<Record<string, string>>;
}

export function writeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, dtype, data }] of Object.entries(tensors)) {
    header[name] = {
      dtype: dtype === 'f32' ? 'F32' : 'I32',
      shape,
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // The tensors start at a multiple of 8; JSON may end in spaces.
  const headerLength = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength).set(text, 8);
  let position = 8 + headerLength;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

/** @throws PlaygroundError `bad-safetensors` naming what is wrong. */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  const header = readHeader(file);
  const begin = 8 + header.length;
  const tensors: Record<string, Tensor> = {};
  let metadata: Record<string, string> = {};
  const places: Place[] = [];
  for (const [name, entry] of Object.entries(header.entries)) {
    if (name === '__metadata__') metadata = textsOf(entry);
    else {
      const { tensor, place } = readTensor(name, entry, file, begin);
      tensors[name] = tensor;
      places.push(place);
    }
  }
  checkPlaces(places, file.length - begin);
  return { tensors, metadata };
}

function fail(reason: string): never {
  throw new PlaygroundError(
    'bad-safetensors',
    `This is not a safetensors file that can be read: ${reason}.`,
    kept,
    'Choose another file.',
  );
}

function readHeader(file: Uint8Array): {
  readonly length: number;
  readonly entries: Readonly<Record<string, unknown>>;
} {
  if (file.length < 8) fail('it is shorter than its header');
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (length > headerLimit || 8 + length > file.length) fail('its header is longer than the file');
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length)));
  } catch {
    fail('its header is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    fail('its header is not a table');
  return { length, entries: parsed as Record<string, unknown> };
}

function textsOf(entry: unknown): Record<string, string> {
  if (typeof entry !== 'object' || entry === null) fail('its metadata is not a table');
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, String(value)]));
}

/** First byte after the header, and the one behind the last. */
type Place = readonly [first: number, last: number];

/** Tensors lie side by side from the header to the end of the file. */
function checkPlaces(places: readonly Place[], size: number): void {
  let end = 0;
  for (const [first, last] of places.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (first < end) fail('one tensor overlaps another');
    if (first > end) fail('there is a hole between two tensors');
    end = last;
  }
  if (end !== size) fail('there is a hole at its end');
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readTensor(
  name: string,
  entry: unknown,
  file: Uint8Array,
  begin: number,
): { readonly tensor: Tensor; readonly place: Place } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== 'F32' && dtype !== 'I32')
    fail(`“${name}” has the type ${String(dtype)}; only F32 and I32 are read`);
  if (!Array.isArray(shape) || !shape.every(isCount)) fail(`“${name}” has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    fail(`“${name}” has no place in the file`);
  const [first, last] = offsets as [number, number];
  if (first > last || begin + last > file.length) fail(`“${name}” reaches beyond the end of the file`);
  if (last - first !== elementCount(shape) * 4)
    fail(`“${name}” does not hold as many numbers as its shape says`);
  const bytes = file.slice(begin + first, begin + last);
  const tensor: Tensor =
    dtype === 'F32'
      ? { shape, dtype: 'f32', data: new Float32Array(bytes.buffer) }
      : { shape, dtype: 'i32', data: new Int32Array(bytes.buffer) };
  return { tensor, place: [first, last] };
}
