/**
 * WGSL text in the making. A kernel comes in two styles from one generator:
 *
 * - plain: every offset and extent is a literal, for programs of few operations;
 * - shared: offsets and extents are read from a table, so that equal operations of different layers have equal text and are
 *   compiled once.
 */
import type { View } from '../wasm/views.ts';

/** Where a buffer lies: base + sample · `sample` + step · `step` + clock · `clock` + slot · `slot`, in floats. */
export interface Place {
  /** `pad` is the workgroup's own memory, of which only the base counts. */
  readonly array: 'memory' | 'parameters' | 'pad';
  readonly base: number;
  readonly sample: number;
  /** `step` counts from the first step of the kernel's run. */
  readonly step: number;
  /** `clock` counts the tokens of the sequence before the step. */
  readonly clock: number;
  /** `slot` numbers the workgroups that run at one time. */
  readonly slot: number;
  /** Counts from where the states before or after the run lie. */
  readonly boundary: 'before' | 'after' | null;
}

export const nowhere: Place = {
  array: 'memory',
  base: 0,
  sample: 0,
  step: 0,
  clock: 0,
  slot: 0,
  boundary: null,
};

const largest = 3.4028234663852886e38;

export class Code {
  /** In the shared style, the numbers that the text reads from the table. */
  readonly words: number[] = [];
  readonly #lines: string[] = [];
  readonly #shared: boolean;
  #names = 0;

  constructor(style: 'plain' | 'shared') {
    this.#shared = style === 'shared';
  }

  get shared(): boolean {
    return this.#shared;
  }

  /** A whole number; negative ones wrap, as u32 arithmetic does. */
  number(value: number): string {
    return this.#shared ? this.#word(value >>> 0) : `${value >>> 0}u`;
  }

  real(value: number): string {
    const single = Math.max(-largest, Math.min(largest, Math.fround(value)));
    if (!this.#shared) return realLiteral(single);
    return `bitcast<f32>(${this.#word(new Uint32Array(Float32Array.of(single).buffer)[0]!)})`;
  }

  #word(value: number): string {
    this.words.push(value);
    return `w${this.words.length - 1}`;
  }

  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  /** Names the value of an expression. */
  let(prefix: string, expression: string): string {
    const name = this.fresh(prefix);
    this.line(`let ${name} = ${expression};`);
    return name;
  }

  block(head: string, body: () => void): void {
    this.line(`${head} {`);
    body();
    this.line('}');
  }

  /** Runs `body` for index 0 … extent − 1 on this thread. */
  loop(extent: string, body: (index: string) => void): void {
    const k = this.fresh('k');
    this.block(`for (var ${k} = 0u; ${k} < ${extent}; ${k}++)`, () => body(k));
  }

  /** Spreads `body` for index 0 … extent − 1 over the threads. */
  spread(extent: string, body: (index: string) => void): void {
    const i = this.fresh('i');
    this.block(`for (var ${i} = local; ${i} < ${extent}; ${i} += threads)`, () => body(i));
  }

  /** The text, with what the table holds named in front. */
  text(): string {
    const words = this.words.map((_, i) => `let w${i} = table[at + ${i}u];`);
    return [...words, ...this.#lines].join('\n');
  }
}

export function realLiteral(value: number): string {
  if (Number.isNaN(value)) throw new Error('NaN has no literal');
  const single = Math.max(-largest, Math.min(largest, Math.fround(value)));
  const text = Object.is(single, -0) ? '-0.0' : String(single);
  const complete = /[.e]/.test(text) ? text : `${text}.0`;
  return single < 0 || Object.is(single, -0) ? `(${complete})` : complete;
}

/** Reads and writes of one view of a buffer. */
export class Access {
  readonly view: View;
  readonly place: Place | null;
  readonly #code: Code;
  readonly #literal: string | null;
  readonly #origin: string;
  readonly #strides: readonly (string | 0 | 1)[];

  /** `literal`: the view repeats one number, which is read from the text and not from memory. */
  constructor(code: Code, view: View, place: Place | null, literal: number | null = null) {
    this.view = view;
    this.place = place;
    this.#code = code;
    this.#literal = literal === null ? null : code.real(literal);
    if (this.#literal !== null || place === null) {
      this.#origin = '';
      this.#strides = [];
      return;
    }
    this.#origin = code.let('o', origin(code, place, view.offset));
    this.#strides = view.strides.map((stride, axis) => {
      // Texts that are shared must not differ in which axes are short or repeat.
      if (code.shared) return code.number(view.shape[axis] === 1 ? 0 : stride);
      if (view.shape[axis] === 1 || stride === 0) return 0;
      return stride === 1 ? 1 : code.number(stride);
    });
  }

  /** The element at the given coordinates, one for each axis. */
  at(coordinates: readonly string[]): string {
    if (this.#literal !== null) return this.#literal;
    return this.load(this.address(coordinates));
  }

  /** The elements along one axis, the other coordinates fixed outside of the loop over it. */
  along(coordinates: readonly string[], axis: number): (index: string) => string {
    if (this.#literal !== null) {
      const literal = this.#literal;
      return () => literal;
    }
    const fixed = coordinates.map((coordinate, i) => (i === axis ? '0u' : coordinate));
    const start = this.#code.let('p', this.address(fixed));
    return (index) => this.load(sum([start, term(index, this.#strides[axis]!)]));
  }

  address(coordinates: readonly string[]): string {
    return sum([this.#origin, ...this.#strides.map((stride, axis) => term(coordinates[axis]!, stride))]);
  }

  load(address: string): string {
    return this.#literal ?? `${this.place!.array}[${address}]`;
  }

  store(coordinates: readonly string[], value: string): void {
    this.#code.line(`${this.place!.array}[${this.address(coordinates)}] = ${value};`);
  }
}

function origin(code: Code, place: Place, offset: number): string {
  const { array, base, boundary } = place;
  if (array !== 'memory') return code.number(base + offset);
  const terms = (['sample', 'step', 'clock', 'slot'] as const).map((name) => {
    // The shared style keeps terms of 0, so that texts do not differ in which terms they have.
    if (place[name] === 0 && !code.shared) return null;
    return `${name} * ${code.number(place[name])}`;
  });
  const moved = boundary === null ? null : `run.${boundary}`;
  return sum([code.number(base + offset), moved, ...terms]);
}

function term(coordinate: string, stride: string | 0 | 1): string | null {
  if (stride === 0 || coordinate === '0u') return null;
  return stride === 1 ? coordinate : `${coordinate} * ${stride}`;
}

function sum(terms: readonly (string | null)[]): string {
  return terms.filter((part) => part !== null && part !== '0u').join(' + ') || '0u';
}

/** Coordinates of the element with row-major number `index`; axes of extent 1 are at 0. */
export function coordinatesOf(code: Code, index: string, shape: readonly number[]): string[] {
  const result = shape.map(() => '0u');
  const axes = shape.flatMap((extent, axis) => (extent === 1 && !code.shared ? [] : [axis]));
  let rest = index;
  axes.toReversed().forEach((axis, i) => {
    if (i === axes.length - 1) {
      result[axis] = rest;
      return;
    }
    const extent = code.number(shape[axis]!);
    result[axis] = code.let('c', `${rest} % ${extent}`);
    rest = code.let('q', `${rest} / ${extent}`);
  });
  return result;
}
