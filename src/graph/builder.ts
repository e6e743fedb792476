/**
 * The builder a memory is written with. A model calls these methods in the order of its paper's equations; each returns a
 * value with a static shape, and a mistake in a shape is an error at the line that makes it.
 */
import type { OpAttributes, OpName } from './ops.ts';
import { leafOps, shapeRules } from './ops.ts';
import type {
  DType,
  GraphNode,
  GateSpec,
  Initializer,
  InputSpec,
  MemoryPlace,
  OutputSpec,
  ParameterSpec,
  Shape,
  StateSpec,
  StepGraph,
  TapSpec,
} from './types.ts';
import { elementCount, sameShape } from './types.ts';

export type Value = GraphNode;
/** A value, or a number that becomes a scalar constant. */
export type Operand = Value | number;

export interface StateOptions {
  readonly dtype?: DType;
  /** 'fifo' states must be advanced by `push`. */
  readonly kind?: 'plain' | 'fifo';
  /** Start value, from parameters and constants only; zeros when left out. */
  readonly start?: Value;
  /** For a state whose slots can be told apart. */
  readonly memory?: MemoryPlace;
}

interface OpenState {
  readonly name: string;
  readonly dtype: DType;
  readonly kind: 'plain' | 'fifo';
  readonly node: Value;
  readonly start: Value;
  readonly memory: MemoryPlace | null;
  next: Value | null;
}

export class GraphBuilder {
  readonly #unit: 'token' | 'segment';
  readonly #tokens: number;
  readonly #nodes: Value[] = [];
  readonly #parameters = new Map<string, ParameterSpec>();
  readonly #inputs: InputSpec[] = [];
  readonly #states = new Map<string, OpenState>();
  readonly #outputs: OutputSpec[] = [];
  readonly #taps: TapSpec[] = [];
  readonly #gates: GateSpec[] = [];
  readonly #constants = new Map<string, Value>();
  readonly #aliases = new Map<string, Value>();
  #loss: Value | null = null;

  constructor(unit: 'token' | 'segment' = 'token', tokens = 1) {
    this.#unit = unit;
    this.#tokens = tokens;
  }

  // ---- leaves

  /** A trainable tensor. Asking twice for one name gives the same value. */
  parameter(name: string, shape: Shape, initializer: Initializer): Value {
    const known = this.#parameters.get(name);
    if (known) {
      if (!sameShape(known.shape, shape))
        throw new Error(`parameter ${name} was declared with another shape`);
      return this.#nodes[known.node]!;
    }
    const node = this.#leaf('parameter', { name }, shape, 'f32', false);
    this.#parameters.set(name, { name, shape, initializer, node: node.id });
    return node;
  }

  /** What one step reads. In a segment graph the first axis is the sequence axis. */
  input(name: string, shape: Shape, dtype: DType = 'f32'): Value {
    const alias = this.#aliases.get(name);
    if (alias) {
      if (!sameShape(alias.shape, shape)) throw new Error(`input ${name} is fed with another shape`);
      return alias;
    }
    const known = this.#inputs.find((input) => input.name === name);
    if (known) {
      if (!sameShape(known.shape, shape) || known.dtype !== dtype)
        throw new Error(`input ${name} was declared with another shape or type`);
      return this.#nodes[known.node]!;
    }
    const node = this.#leaf('input', { name }, shape, dtype, true);
    this.#inputs.push({ name, shape, dtype, node: node.id });
    return node;
  }

  /** Feeds an input that the model will ask for with a computed value, e.g. one-hot tokens. */
  alias(name: string, value: Value): void {
    this.#aliases.set(name, value);
  }

  /** A tensor that this step gets from the one before; every state needs one call of `next`. */
  state(name: string, shape: Shape, options: StateOptions = {}): Value {
    if (this.#states.has(name)) throw new Error(`state ${name} was declared twice`);
    const dtype = options.dtype ?? 'f32';
    const start =
      options.start ?? this.constant(new Array<number>(elementCount(shape)).fill(0), shape, dtype);
    if (start.batched)
      throw new Error(`the start of state ${name} must depend on parameters and constants only`);
    const node = this.#leaf('state', { name }, shape, dtype, true);
    const { kind = 'plain', memory = null } = options;
    this.#states.set(name, { name, dtype, kind, node, start, memory, next: null });
    return node;
  }

  constant(data: readonly number[], shape: Shape, dtype: DType = 'f32'): Value {
    if (data.length !== elementCount(shape))
      throw new Error(`constant [${shape.join(', ')}] got ${data.length} numbers`);
    const key = `${dtype}:${shape.join(',')}:${data.join(',')}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const node = this.#leaf('constant', { data }, shape, dtype, false);
    this.#constants.set(key, node);
    return node;
  }

  scalar(value: number, dtype: DType = 'f32'): Value {
    return this.constant([value], [], dtype);
  }

  // ---- results

  /** The value that the next step gets for a state. */
  next(name: string, value: Value): void {
    const state = this.#states.get(name);
    if (!state) throw new Error(`next(${name}): no such state`);
    if (state.next) throw new Error(`next(${name}) was given twice`);
    if (value.dtype !== state.dtype)
      throw new Error(`next(${name}): type ${value.dtype} differs from the state's ${state.dtype}`);
    if (this.#unit === 'token' && !sameShape(value.shape, state.node.shape))
      throw new Error(`next(${name}): shape [${value.shape.join(', ')}] differs from the state's`);
    if (state.kind === 'fifo' && (value.op !== 'push' || value.inputs[0] !== state.node.id)) {
      throw new Error(`next(${name}): a fifo state must be advanced by one push onto itself`);
    }
    state.next = value;
  }

  output(name: string, value: Value): void {
    if (this.outputValue(name)) throw new Error(`output ${name} was given twice`);
    this.#outputs.push({ name, node: value.id });
  }

  tap(name: string, value: Value, axes: readonly string[] = []): void {
    if (this.#taps.some((tap) => tap.name === name)) throw new Error(`tap ${name} was given twice`);
    this.#taps.push({ name, node: value.id, axes });
  }

  /**
   * Names a value that a person may hold at a constant to see what it is for.
   * @param name in words, e.g. 'forget gate'
   * @param maximum the value lies in 0 … maximum
   */
  gate(name: string, value: Value, maximum = 1): Value {
    if (this.#gates.some((gate) => gate.name === name)) throw new Error(`gate ${name} was given twice`);
    this.#gates.push({ name, node: value.id, maximum });
    return value;
  }

  /** This step's share of the loss, a scalar per sample. Called by `attachLoss`, not by models. */
  loss(value: Value): void {
    if (value.shape.length !== 0) throw new Error('the loss must be a scalar');
    this.#loss = value;
  }

  outputValue(name: string): Value | null {
    const output = this.#outputs.find((candidate) => candidate.name === name);
    return output ? this.#nodes[output.node]! : null;
  }

  finish(): StepGraph {
    const states: StateSpec[] = [...this.#states.values()].map(({ node, next, start, ...rest }) => {
      if (!next) throw new Error(`state ${rest.name} has no next value`);
      return { ...rest, shape: node.shape, node: node.id, next: next.id, start: start.id };
    });
    return {
      unit: this.#unit,
      tokens: this.#tokens,
      nodes: this.#nodes,
      parameters: [...this.#parameters.values()],
      inputs: this.#inputs,
      states,
      outputs: this.#outputs,
      taps: this.#taps,
      gates: this.#gates,
      loss: this.#loss?.id ?? null,
    };
  }

  // ---- elementwise

  add = (a: Operand, b: Operand): Value => this.#binary('add', a, b);
  subtract = (a: Operand, b: Operand): Value => this.#binary('subtract', a, b);
  multiply = (a: Operand, b: Operand): Value => this.#binary('multiply', a, b);
  divide = (a: Operand, b: Operand): Value => this.#binary('divide', a, b);
  minimum = (a: Operand, b: Operand): Value => this.#binary('minimum', a, b);
  maximum = (a: Operand, b: Operand): Value => this.#binary('maximum', a, b);
  /** 1 where a < b, else 0. */
  less = (a: Operand, b: Operand): Value => this.#binary('less', a, b);
  /** 1 where a = b, else 0. */
  equal = (a: Operand, b: Operand): Value => this.#binary('equal', a, b);

  /** a where the condition is not 0, else b. */
  select(condition: Value, a: Operand, b: Operand): Value {
    const dtype = typeof a === 'number' ? (typeof b === 'number' ? 'f32' : b.dtype) : a.dtype;
    return this.apply('select', [condition, this.#operand(a, dtype), this.#operand(b, dtype)], {});
  }

  /** Sum of any number of values. */
  addAll(first: Value, ...rest: readonly Value[]): Value {
    return rest.reduce((total, value) => this.add(total, value), first);
  }

  negate = (x: Value): Value => this.apply('negate', [x], {});
  exp = (x: Value): Value => this.apply('exp', [x], {});
  log = (x: Value): Value => this.apply('log', [x], {});
  sqrt = (x: Value): Value => this.apply('sqrt', [x], {});
  square = (x: Value): Value => this.apply('square', [x], {});
  tanh = (x: Value): Value => this.apply('tanh', [x], {});
  sigmoid = (x: Value): Value => this.apply('sigmoid', [x], {});
  silu = (x: Value): Value => this.apply('silu', [x], {});
  gelu = (x: Value): Value => this.apply('gelu', [x], {});
  relu = (x: Value): Value => this.apply('relu', [x], {});
  softplus = (x: Value): Value => this.apply('softplus', [x], {});
  elu = (x: Value): Value => this.apply('elu', [x], {});
  sine = (x: Value): Value => this.apply('sine', [x], {});
  cosine = (x: Value): Value => this.apply('cosine', [x], {});
  floor = (x: Value): Value => this.apply('floor', [x], {});
  stopGradient = (x: Value): Value => this.apply('stopGradient', [x], {});
  cast = (x: Value, to: DType): Value => (x.dtype === to ? x : this.apply('cast', [x], { to }));

  // ---- reductions and normalisation

  /** Sum over the given axes (all when left out). */
  sum(x: Value, axes: readonly number[] = x.shape.map((_, axis) => axis), keepAxes = false): Value {
    return this.apply('sum', [x], { axes, keepAxes });
  }

  mean(x: Value, axes: readonly number[] = x.shape.map((_, axis) => axis), keepAxes = false): Value {
    return this.apply('mean', [x], { axes, keepAxes });
  }

  /** Softmax over the last axis; entries whose mask is 0 get weight exactly 0. */
  softmax(logits: Value, mask?: Value): Value {
    return this.apply('softmax', mask ? [logits, mask] : [logits], {});
  }

  standardize = (x: Value, epsilon: number): Value => this.apply('standardize', [x], { epsilon });
  rmsNormalize = (x: Value, epsilon: number): Value => this.apply('rmsNormalize', [x], { epsilon });
  l2Normalize = (x: Value, epsilon: number): Value => this.apply('l2Normalize', [x], { epsilon });

  // ---- products

  matmul(a: Value, b: Value, options: Partial<OpAttributes['matmul']> = {}): Value {
    return this.apply('matmul', [a, b], {
      transposeA: options.transposeA ?? false,
      transposeB: options.transposeB ?? false,
    });
  }

  outer = (a: Value, b: Value): Value => this.apply('outer', [a, b], {});
  squaredDistance = (query: Value, keys: Value): Value => this.apply('squaredDistance', [query, keys], {});

  // ---- shape

  concat(values: readonly Value[], axis = 0): Value {
    return values.length === 1 ? values[0]! : this.apply('concat', values, { axis });
  }

  slice = (x: Value, begin: readonly number[], size: readonly number[]): Value =>
    this.apply('slice', [x], { begin, size });

  /** A piece of one axis, the others whole. */
  sliceAxis(x: Value, axis: number, begin: number, size: number): Value {
    return this.slice(
      x,
      x.shape.map((_, i) => (i === axis ? begin : 0)),
      x.shape.map((extent, i) => (i === axis ? size : extent)),
    );
  }

  /** Equal pieces of the last axis. */
  split(x: Value, pieces: number): Value[] {
    const axis = x.shape.length - 1;
    const size = x.shape[axis]! / pieces;
    return Array.from({ length: pieces }, (_, i) => this.sliceAxis(x, axis, i * size, size));
  }

  reshape = (x: Value, shape: Shape): Value =>
    sameShape(x.shape, shape) ? x : this.apply('reshape', [x], { shape });
  transpose = (x: Value, permutation: readonly number[]): Value =>
    this.apply('transpose', [x], { permutation });
  broadcast = (x: Value, shape: Shape): Value =>
    sameShape(x.shape, shape) ? x : this.apply('broadcast', [x], { shape });
  pad = (x: Value, before: readonly number[], after: readonly number[]): Value =>
    this.apply('pad', [x], { before, after });

  // ---- indices and memory

  gather = (table: Value, indices: Value): Value => this.apply('gather', [table, indices], {});
  oneHot = (indices: Value, depth: number): Value => this.apply('oneHot', [indices], { depth });
  /** row becomes slot 0, every slot moves one place on, the last is dropped. */
  push = (buffer: Value, row: Value): Value => this.apply('push', [buffer, row], {});
  crossEntropy = (logits: Value, targets: Value): Value => this.apply('crossEntropy', [logits, targets], {});

  /**
   * Any op of the table, by name.
   * @throws GraphShapeError when the operands do not fit.
   */
  apply<Op extends OpName>(op: Op, inputs: readonly Value[], attributes: OpAttributes[Op]): Value {
    if (leafOps.has(op)) throw new Error(`${op} is a leaf`);
    for (const input of inputs) {
      if (this.#nodes[input.id] !== input)
        throw new Error(`${op}: operand ${input.id} belongs to another graph`);
    }
    const { shape, dtype } = shapeRules[op](inputs, attributes);
    const batched = inputs.some((input) => input.batched);
    return this.#append({ op, inputs: inputs.map((input) => input.id), attributes, shape, dtype, batched });
  }

  #binary(
    op: 'add' | 'subtract' | 'multiply' | 'divide' | 'minimum' | 'maximum' | 'less' | 'equal',
    a: Operand,
    b: Operand,
  ): Value {
    const dtype = typeof a === 'number' ? (typeof b === 'number' ? 'f32' : b.dtype) : a.dtype;
    return this.apply(op, [this.#operand(a, dtype), this.#operand(b, dtype)], {});
  }

  #operand(value: Operand, dtype: DType): Value {
    return typeof value === 'number' ? this.scalar(value, dtype) : value;
  }

  #leaf<Op extends OpName>(
    op: Op,
    attributes: OpAttributes[Op],
    shape: Shape,
    dtype: DType,
    batched: boolean,
  ): Value {
    return this.#append({ op, inputs: [], attributes, shape, dtype, batched });
  }

  #append(node: Omit<Value, 'id'>): Value {
    const value: Value = { id: this.#nodes.length, ...node };
    this.#nodes.push(value);
    return value;
  }
}
