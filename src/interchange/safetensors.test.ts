import { describe, expect, test } from 'vitest';
import { PlaygroundError } from '../foundation/errors.ts';
import { RandomStream } from '../foundation/random.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const example = {
  tensors: {
    'query.input': { shape: [2, 3], dtype: 'f32', data: Float32Array.of(1, -2, 3.5, 0, 1e-20, 7) },
    updates: { shape: [], dtype: 'i32', data: Int32Array.of(41) },
    empty: { shape: [0, 4], dtype: 'f32', data: new Float32Array(0) },
  },
  metadata: { model: 'memnet', note: 'ünïcode “quotes”' },
} as const;

describe('safetensors', () => {
  test('gives back what was written', () => {
    const back = readSafetensors(writeSafetensors(example));
    expect(back).toEqual(example);
  });

  test('starts the tensors at a multiple of eight bytes', () => {
    const file = writeSafetensors(example);
    expect(new DataView(file.buffer).getBigUint64(0, true) % 8n).toBe(0n);
  });

  test('is what the format asks for, byte by byte', () => {
    const file = writeSafetensors(example);
    const headerLength = Number(new DataView(file.buffer).getBigUint64(0, true));
    const text = new TextDecoder().decode(file.subarray(8, 8 + headerLength));
    expect(text[0]).toBe('{'); // no byte-order mark and no space before the table
    expect(text).toMatch(/\} *$/);
    const { __metadata__: metadata, ...entries } = JSON.parse(text) as Record<string, unknown>;
    for (const [key, value] of Object.entries(metadata as object))
      expect([typeof key, typeof value]).toEqual(['string', 'string']);
    const lines = Object.entries(entries as Record<string, Record<string, unknown>>);
    expect(lines).toHaveLength(3);
    // Ascending and without holes from the first byte after the header to the last of the file.
    let end = 0;
    for (const [name, line] of lines) {
      expect(Object.keys(line).sort()).toEqual(['data_offsets', 'dtype', 'shape']);
      const tensor = example.tensors[name as keyof typeof example.tensors];
      expect(line).toMatchObject({ shape: tensor.shape, dtype: tensor.dtype === 'f32' ? 'F32' : 'I32' });
      const [begin, next] = line['data_offsets'] as [number, number];
      expect(begin).toBe(end);
      const count = tensor.shape.reduce<number>((product, extent) => product * extent, 1);
      expect(next - begin).toBe(4 * count);
      const view = new DataView(file.buffer, 8 + headerLength + begin, next - begin);
      for (let at = 0; at < count; at++)
        expect(tensor.dtype === 'f32' ? view.getFloat32(at * 4, true) : view.getInt32(at * 4, true)).toBe(
          tensor.data[at],
        );
      end = next;
    }
    expect(8 + headerLength + end).toBe(file.length);
  });

  test('refuses holes and overlaps, as the Python library does', () => {
    const file = writeSafetensors(example);
    const moved = new TextDecoder('latin1').decode(file);
    for (const [from, to] of [
      ['"data_offsets":[24,28]', '"data_offsets":[20,24]'],
      ['"data_offsets":[0,24]', '"data_offsets":[4,28]'],
    ] as const) {
      expect(moved).toContain(from);
      const bytes = Uint8Array.from(moved.replace(from, to), (character) => character.charCodeAt(0));
      expect(() => readSafetensors(bytes)).toThrow(/overlaps|hole/);
    }
    expect(() => readSafetensors(Uint8Array.of(...file, 0))).toThrow(/hole/);
  });

  test('names what is wrong with a damaged file', () => {
    const file = writeSafetensors(example);
    expect(() => readSafetensors(file.subarray(0, 5))).toThrow(/shorter than its header/);
    expect(() => readSafetensors(file.subarray(0, file.length - 4))).toThrow(/beyond the end/);
    expect(() => readSafetensors(new TextEncoder().encode('<!doctype html><html></html>'))).toThrow(
      /longer than the file/,
    );
  });

  test('10,000 mutated files never do anything but read or fail with a sentence', () => {
    const file = writeSafetensors(example);
    const random = new RandomStream('safetensors fuzz', 1);
    let failures = 0;
    for (let i = 0; i < 10_000; i++) {
      const mutated = file.slice(0, random.integer(8) === 0 ? random.integer(file.length) : file.length);
      for (let k = random.integer(6); k >= 0; k--)
        if (mutated.length > 0) mutated[random.integer(mutated.length)] = random.integer(256);
      try {
        readSafetensors(mutated);
      } catch (error) {
        failures++;
        expect(error).toBeInstanceOf(PlaygroundError);
      }
    }
    expect(failures).toBeGreaterThan(1000);
  });
});
