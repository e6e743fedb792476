/**
 * One random step, drawn operation by operation on a pool of values. A sketch never lets a parameter's shape depend on the
 * length of a segment, so that all variants of a program share their parameters.
 */
import type { RandomStream } from '../foundation/random.ts';
import type { GraphBuilder, Value } from '../graph/builder.ts';
import type { Shape } from '../graph/types.ts';

const smooth = [
  'tanh',
  'sigmoid',
  'silu',
  'gelu',
  'softplus',
  'elu',
  'relu',
  'sine',
  'cosine',
  'negate',
] as const;
const norms = ['standardize', 'rmsNormalize', 'l2Normalize'] as const;

export class Sketch {
  /** Real values of rank 1 (rows) and 2 (matrices). */
  readonly pool: Value[] = [];
  readonly #g: GraphBuilder;
  readonly random: RandomStream;
  readonly #stopGradients: boolean;
  #parameters = 0;

  constructor(g: GraphBuilder, random: RandomStream, stopGradients: boolean) {
    this.#g = g;
    this.random = random;
    this.#stopGradients = stopGradients;
  }

  // ---- states: each declares one, puts it into the pool and returns what advances it at the end of the step

  plainState(name: string, width: number): () => void {
    const start = this.random.integer(2) === 0 ? { start: this.#g.tanh(this.#parameter([width])) } : {};
    const state = this.#g.state(name, [width], start);
    this.pool.push(state);
    return () => this.#g.next(name, this.#g.tanh(this.#row(this.#pick(), width)));
  }

  memoryState(name: string, slots: number, width: number): () => void {
    const g = this.#g;
    const start = this.random.integer(2) === 0 ? { start: this.#parameter([slots, width]) } : {};
    const state = g.state(name, [slots, width], start);
    this.pool.push(state);
    return () => {
      const key = g.softmax(this.#row(this.#pick(), slots));
      const value = g.tanh(this.#row(this.#pick(), width));
      g.next(name, g.add(g.multiply(state, 0.5), g.outer(key, value)));
    };
  }

  fifoState(name: string, slots: number, width: number): () => void {
    const g = this.#g;
    const state = g.state(name, [slots, width], { kind: 'fifo' });
    const writeFirst = this.random.integer(2) === 0;
    const next = writeFirst ? g.push(state, this.#row(this.#pick(), width)) : null;
    const buffer = next ?? state;
    const distance = g.squaredDistance(this.#row(this.#pick(), width), buffer);
    this.pool.push(g.matmul(g.exp(g.multiply(distance, -0.1)), buffer), buffer);
    return () => g.next(name, next ?? g.push(state, this.#row(this.#pick(), width)));
  }

  counterState(name: string): () => void {
    const g = this.#g;
    const state = g.state(name, [], { dtype: 'i32' });
    this.pool.push(g.reshape(g.multiply(g.cast(state, 'f32'), 0.1), [1]));
    return () => g.next(name, g.minimum(g.add(state, 1), 3));
  }

  /** The last `limit` rows of all segments so far: a state that grows. */
  cacheState(name: string, x: Value, rows: number, limit: number): () => void {
    const g = this.#g;
    const width = x.shape[1]!;
    const state = g.state(name, [rows, width]);
    const all = g.concat([state, x]);
    this.pool.push(all);
    const kept = Math.min(limit, all.shape[0]!);
    const last = g.sliceAxis(all, 0, all.shape[0]! - kept, kept);
    return () => g.next(name, this.random.integer(2) === 0 ? this.#stopped(last) : g.tanh(last));
  }

  // ---- values

  /** Rows of a learned table, or one-hot rows. */
  embed(indices: Value, vocabularySize: number): Value {
    return this.random.integer(2) === 0
      ? this.#g.gather(this.#parameter([vocabularySize, 3]), indices)
      : this.#g.oneHot(indices, vocabularySize);
  }

  /** One more value, which joins the pool. */
  operation(): Value {
    const x = this.#pick();
    const operations = [
      () => this.#g[smooth[this.random.integer(smooth.length)]!](x),
      () => this.#g[norms[this.random.integer(norms.length)]!](x, 1e-2),
      () => this.#project(x, this.random.between(2, 4)),
      () => this.#safeFunction(x),
      () => this.#binary(x),
      () => this.#reduction(x),
      () => this.#attention(x, this.#matrix(this.#pick())),
      () => this.#rearranged(x),
      () => this.#distance(x),
      () => this.#g.add(this.#stopped(x), this.#project(x, x.shape.at(-1)!)),
    ];
    const value = operations[this.random.integer(operations.length)]!();
    this.pool.push(value);
    return value;
  }

  /** What the loss reads: for each row of x (or for the row x) `width` numbers that depend on the whole pool's end. */
  output(x: Value, width: number): Value {
    const g = this.#g;
    const late = this.pool.slice(-3).map((value) => g.tanh(this.#row(value, width)));
    return g.addAll(this.#project(x, width), ...late);
  }

  #pick(): Value {
    return this.pool[this.random.integer(this.pool.length)]!;
  }

  #parameter(shape: Shape): Value {
    return this.#g.parameter(`p${this.#parameters++}`, shape, { kind: 'zeros' });
  }

  #stopped(x: Value): Value {
    return this.#stopGradients ? this.#g.stopGradient(x) : x;
  }

  #matrix(x: Value): Value {
    return x.shape.length === 1 ? this.#g.reshape(x, [1, x.shape[0]!]) : x;
  }

  /** x · weight, the last axis becoming `width` wide. */
  #project(x: Value, width: number): Value {
    const last = x.shape.at(-1)!;
    return this.random.integer(2) === 0
      ? this.#g.matmul(x, this.#parameter([last, width]))
      : this.#g.matmul(x, this.#parameter([width, last]), { transposeB: true });
  }

  /** Any value as a row of a given width: matrices are averaged over their rows. */
  #row(x: Value, width: number): Value {
    const g = this.#g;
    if (x.shape.length === 1) return this.#project(x, width);
    return this.#project(g.multiply(g.sum(x, [0]), 0.3), width);
  }

  /** Functions with a limited domain or fast growth, on operands made fit for them. */
  #safeFunction(x: Value): Value {
    const g = this.#g;
    const positive = g.add(g.softplus(x), 0.3);
    const functions = [
      () => g.exp(g.tanh(x)),
      () => g.log(positive),
      () => g.sqrt(positive),
      () => g.square(g.tanh(x)),
      () => g.divide(x, positive),
    ];
    return functions[this.random.integer(functions.length)]!();
  }

  #binary(x: Value): Value {
    const g = this.#g;
    const partners = [
      () => this.#project(x, x.shape.at(-1)!),
      () => this.#parameter([x.shape.at(-1)!]),
      () => this.#parameter([]),
      () => g.mean(x, [x.shape.length - 1], true),
    ];
    const y = partners[this.random.integer(partners.length)]!();
    const operations = [
      () => g.add(x, y),
      () => g.subtract(y, x),
      () => g.multiply(x, g.tanh(y)),
      () => g.divide(x, g.add(g.square(y), 0.5)),
      () => g.minimum(x, y),
      () => g.maximum(y, x),
      () => g.select(g.less(x, y), x, y),
    ];
    return operations[this.random.integer(operations.length)]!();
  }

  #reduction(x: Value): Value {
    const g = this.#g;
    if (x.shape.length === 1) return g.reshape(g.sum(x), [1]);
    return this.random.integer(2) === 0 ? g.multiply(g.sum(x, [0]), 0.3) : g.mean(x, [1], true);
  }

  /** Softmax attention of x over the rows of a context, in one or two heads. */
  #attention(x: Value, context: Value): Value {
    const g = this.#g;
    const queries = this.#matrix(x);
    const heads = this.random.between(1, 2);
    const split = (value: Value): Value => {
      const rows = value.shape[0]!;
      return g.transpose(g.reshape(this.#project(value, 2 * heads), [rows, heads, 2]), [1, 0, 2]);
    };
    const logits = g.matmul(split(queries), split(context), { transposeB: true });
    const [, rows, columns] = logits.shape as [number, number, number];
    const visible = Array.from({ length: rows * columns }, (_, i) =>
      i % columns <= Math.floor(i / columns) ? 1 : 0,
    );
    const masked = this.random.integer(2) === 0;
    const weights = masked ? g.softmax(logits, g.constant(visible, [rows, columns])) : g.softmax(logits);
    const read = g.matmul(weights, split(context));
    return g.reshape(g.transpose(read, [1, 0, 2]), [rows, 2 * heads]);
  }

  #rearranged(x: Value): Value {
    const g = this.#g;
    const last = x.shape.length - 1;
    const width = x.shape[last]!;
    const none = x.shape.map(() => 0);
    const ways = [
      () => g.concat([g.sliceAxis(x, last, width - 1, 1), g.sliceAxis(x, last, 0, width - 1)], last),
      () => g.concat([x, this.#project(x, 1)], last),
      () => g.sliceAxis(x, last, 0, Math.max(1, width - 1)),
      () =>
        g.pad(
          x,
          none,
          x.shape.map((_, axis) => (axis === last ? 1 : 0)),
        ),
      () => g.add(g.broadcast(this.#parameter([width]), x.shape), x),
      () => (last === 1 ? g.transpose(g.matmul(g.transpose(x, [1, 0]), x), [1, 0]) : g.outer(x, g.tanh(x))),
    ];
    return ways[this.random.integer(ways.length)]!();
  }

  /** Gaussian similarity to learned keys. */
  #distance(x: Value): Value {
    const g = this.#g;
    const keys = this.#parameter([3, x.shape.at(-1)!]);
    return g.exp(g.multiply(g.squaredDistance(x, keys), -0.1));
  }
}
