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
