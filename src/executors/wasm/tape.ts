/**
 * The tape: instructions for the interpreter in wasm memory, over buffers whose lifetimes follow from the order of the
 * instructions. `finish` places all buffers, so the exact number of bytes is known before anything runs.
 */
import { placeBuffers } from './placement.ts';
import type { TapeBuffer, View } from './views.ts';
import { denseView, sizeOf } from './views.ts';

const bytesPerElement = 4;
const noInstruction = -1;

/** Memory that belongs to others: a tape knows the place in it, not where it is. */
export type Foreign = 'parameters' | 'gradients';

/** Byte addresses of a tape's own buffers and of the foreign memory that it works on. */
export interface Bases extends Readonly<Record<Foreign, number>> {
  readonly own: number;
}

interface BufferRecord extends TapeBuffer {
  /** Where it lies in foreign memory, in bytes; null: in the tape's own. */
  readonly foreign: { readonly memory: Foreign; readonly offset: number } | null;
  first: number;
  last: number;
}

/** An address operand: a view's first element, or null for "none". */
export type AddressOperand = View | null;

/** A finished tape: words to be copied to wasm memory once the addresses are known, as often as there are threads. */
export interface FinishedTape {
  /** Bytes of all buffers. */
  readonly bufferBytes: number;
  /** Bytes of the instruction table. */
  readonly tableBytes: number;
  readonly instructions: number;
  encode(bases: Bases): Int32Array;
  /** Byte offset of a view from the start of the tape's own buffers. */
  offsetOf(view: View): number;
  /** What must be written into the buffers once, before the first run. */
  readonly constants: readonly { readonly view: View; readonly data: Int32Array | Float32Array }[];
}

export class Tape {
  readonly #buffers: BufferRecord[] = [];
  readonly #words: number[] = [];
  readonly #addresses: { readonly word: number; readonly buffer: number }[] = [];
  readonly #constants = new Map<string, { view: View; data: Int32Array | Float32Array }>();
  #instructions = 0;

  allocate(shape: readonly number[]): View {
    return denseView(this.#buffer(sizeOf(shape), null), shape);
  }

  /** A view of foreign memory, `offset` bytes from its start. */
  foreign(memory: Foreign, offset: number, shape: readonly number[]): View {
    return denseView(this.#buffer(sizeOf(shape), { memory, offset }), shape);
  }

  /** Numbers that are there before the first instruction and stay. */
  constant(values: readonly number[], shape: readonly number[], dtype: 'f32' | 'i32'): View {
    const key = `${dtype}:${values.join()}`;
    const known = this.#constants.get(key);
    if (known) return denseView(known.view.buffer, shape);
    const view = this.allocate(shape);
    this.#constants.set(key, {
      view,
      data: dtype === 'f32' ? Float32Array.from(values) : Int32Array.from(values),
    });
    return view;
  }

  /** Appends an instruction: addresses are given as views, everything else as numbers. */
  emit(code: number, operands: readonly (number | AddressOperand)[]): void {
    const begin = this.#words.length;
    this.#words.push(code, (operands.length + 2) * bytesPerElement);
    for (const operand of operands) {
      if (typeof operand === 'number') this.#words.push(operand | 0);
      else if (operand === null) this.#words.push(0);
      else this.#address(operand);
    }
    if (this.#words.length - begin !== operands.length + 2)
      throw new Error('instruction of the wrong length');
    this.#instructions++;
  }

  /** Keeps a buffer to the end of the tape: JavaScript reads it afterwards. */
  keep(view: View): void {
    this.#records(view).last = Number.POSITIVE_INFINITY;
  }

  /** Claims a buffer from the start of the tape: JavaScript writes it before. */
  claim(view: View): void {
    const record = this.#records(view);
    record.first = 0;
    record.last = Math.max(record.last, 0);
  }

  finish(): FinishedTape {
    for (const { view } of this.#constants.values()) {
      this.claim(view);
      this.keep(view);
    }
    const placed = this.#buffers.filter(
      (buffer) => buffer.foreign === null && buffer.first !== noInstruction,
    );
    const { offsets, total } = placeBuffers(
      placed.map(({ size, first, last }) => ({ bytes: size * bytesPerElement, first, last })),
    );
    const places = new Map(placed.map(({ id }, i) => [id, offsets[i]!]));
    const addressOf = (id: number, bases: Bases): number => {
      const { foreign } = this.#buffers[id]!;
      return foreign ? bases[foreign.memory] + foreign.offset : bases.own + (places.get(id) ?? 0);
    };
    return {
      bufferBytes: total,
      tableBytes: this.#words.length * bytesPerElement,
      instructions: this.#instructions,
      constants: [...this.#constants.values()],
      offsetOf: ({ buffer, offset }) => (places.get(buffer.id) ?? 0) + offset * bytesPerElement,
      encode: (bases) => {
        const table = Int32Array.from(this.#words);
        for (const { word, buffer } of this.#addresses) table[word]! += addressOf(buffer, bases);
        return table;
      },
    };
  }

  #buffer(size: number, foreign: BufferRecord['foreign']): BufferRecord {
    const buffer = { id: this.#buffers.length, size, foreign, first: noInstruction, last: noInstruction };
    this.#buffers.push(buffer);
    return buffer;
  }

  #records(view: View): BufferRecord {
    return this.#buffers[view.buffer.id]!;
  }

  #address(view: View): void {
    const record = this.#records(view);
    if (record.first === noInstruction) record.first = this.#instructions;
    record.last = Math.max(record.last, this.#instructions);
    this.#addresses.push({ word: this.#words.length, buffer: record.id });
    this.#words.push(view.offset * bytesPerElement);
  }
}

const floatBits = new Float32Array(1);
const intBits = new Int32Array(floatBits.buffer);

/** A float operand as the word that holds its bits. */
export function floatWord(value: number): number {
  floatBits[0] = value;
  return intBits[0]!;
}
