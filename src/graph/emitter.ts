/**
 * Appends derivative nodes to an existing graph. Like the builder, but for code instead of for people: equal nodes are made
 * once, and factors of 1 (the seed of the loss) fold away as they appear.
 */
import type { OpAttributes, OpName } from './ops.ts';
import { shapeRules } from './ops.ts';
import type { DType, GraphNode, Shape } from './types.ts';
import { elementCount, sameShape } from './types.ts';

export class Emitter {
  readonly nodes: GraphNode[];
  readonly #known = new Map<string, GraphNode>();

  /** Starts from a copy of `nodes`; new nodes follow. */
  constructor(nodes: readonly GraphNode[]) {
    this.nodes = [...nodes];
    for (const node of nodes) this.#remember(node);
  }

  /** An adjoint that the executor hands in. */
  adjoint(of: string, shape: Shape, batched: boolean): GraphNode {
    return this.#append({ op: 'adjoint', inputs: [], attributes: { of }, shape, dtype: 'f32', batched });
  }

  /** A further f32 value that a step reads. */
  input(name: string, shape: Shape): GraphNode {
    return this.#append({
      ...{ op: 'input', inputs: [], attributes: { name } },
      ...{ shape, dtype: 'f32', batched: true },
    });
  }

  scalar(value: number): GraphNode {
    return this.constant([value], [], 'f32');
  }

  constant(data: readonly number[], shape: Shape, dtype: DType): GraphNode {
    return this.#append({ op: 'constant', inputs: [], attributes: { data }, shape, dtype, batched: false });
  }

  /** A node of another graph, its inputs exchanged for nodes of this one. */
  copy(node: GraphNode, inputs: readonly number[]): GraphNode {
    const { op, attributes, shape, dtype, batched } = node;
    return this.#append({ op, inputs, attributes, shape, dtype, batched });
  }

  /**
   * Any op of the table that is no leaf.
   * @throws GraphShapeError when the operands do not fit.
   */
  apply<Op extends OpName>(op: Op, inputs: readonly GraphNode[], attributes: OpAttributes[Op]): GraphNode {
    const { shape, dtype } = shapeRules[op](inputs, attributes);
    const batched = inputs.some((input) => input.batched);
    return this.#append({ op, inputs: inputs.map((input) => input.id), attributes, shape, dtype, batched });
  }

  add = (a: GraphNode, b: GraphNode): GraphNode => this.apply('add', [a, b], {});
  divide = (a: GraphNode, b: GraphNode): GraphNode => this.apply('divide', [a, b], {});
  negate = (x: GraphNode): GraphNode => this.apply('negate', [x], {});

  multiply(a: GraphNode, b: GraphNode | number): GraphNode {
    const right = typeof b === 'number' ? this.scalar(b) : b;
    const product = (): GraphNode => this.apply('multiply', [a, right], {});
    if (this.#uniformValue(a) === 1) {
      const shape = shapeRules.multiply([a, right], {}).shape;
      return this.broadcast(right, shape);
    }
    if (this.#uniformValue(right) === 1) {
      const shape = shapeRules.multiply([a, right], {}).shape;
      return this.broadcast(a, shape);
    }
    return product();
  }

  /** a where the condition is not 0, else b; numbers are scalars. */
  select(condition: GraphNode, a: GraphNode | number, b: GraphNode | number): GraphNode {
    const operand = (value: GraphNode | number): GraphNode =>
      typeof value === 'number' ? this.scalar(value) : value;
    return this.apply('select', [condition, operand(a), operand(b)], {});
  }

  matmul(a: GraphNode, b: GraphNode, flags: Partial<OpAttributes['matmul']> = {}): GraphNode {
    return this.apply('matmul', [a, b], {
      transposeA: flags.transposeA ?? false,
      transposeB: flags.transposeB ?? false,
    });
  }

  reshape(x: GraphNode, shape: Shape): GraphNode {
    return sameShape(x.shape, shape) ? x : this.apply('reshape', [x], { shape });
  }

  transpose(x: GraphNode, permutation: readonly number[]): GraphNode {
    return this.apply('transpose', [x], { permutation });
  }

  broadcast(x: GraphNode, shape: Shape): GraphNode {
    return sameShape(x.shape, shape) ? x : this.apply('broadcast', [x], { shape });
  }

  slice(x: GraphNode, begin: readonly number[], size: readonly number[]): GraphNode {
    return this.apply('slice', [x], { begin, size });
  }

  /** Sums over the axes along which `shape` was broadcast to the shape of `x`: the adjoint of broadcasting. */
  reduceTo(x: GraphNode, shape: Shape): GraphNode {
    if (sameShape(x.shape, shape)) return x;
    const added = x.shape.length - shape.length;
    const axes = x.shape.flatMap((extent, axis) => {
      const original = axis < added ? null : shape[axis - added]!;
      return original === null || (original === 1 && extent !== 1) ? [axis] : [];
    });
    const summed = axes.length > 0 ? this.apply('sum', [x], { axes, keepAxes: false }) : x;
    return this.reshape(summed, shape);
  }

  /** The value of a constant that is the same everywhere, also after broadcasting; null for everything else. */
  #uniformValue(node: GraphNode): number | null {
    if (node.op === 'broadcast') return this.#uniformValue(this.nodes[node.inputs[0]!]!);
    if (!isConstant(node) || elementCount(node.shape) !== 1) return null;
    return node.attributes.data[0]!;
  }

  #append(fields: Omit<GraphNode, 'id'>): GraphNode {
    const node: GraphNode = { id: this.nodes.length, ...fields };
    const known = this.#known.get(identity(node));
    if (known) return known;
    this.nodes.push(node);
    this.#remember(node);
    return node;
  }

  #remember(node: GraphNode): void {
    const key = identity(node);
    if (!this.#known.has(key)) this.#known.set(key, node);
  }
}

/** Two nodes with the same identity hold the same value. */
function identity(node: GraphNode): string {
  // Not JSON for constants: it has no word for infinities and for −0.
  const attributes = isConstant(node)
    ? node.attributes.data.map((value) => (Object.is(value, -0) ? '-0' : value)).join()
    : JSON.stringify(node.attributes);
  return `${node.op}|${node.dtype}|${node.shape.join()}|${node.inputs.join()}|${attributes}`;
}

export function isConstant(node: GraphNode): node is GraphNode<'constant'> {
  return node.op === 'constant';
}
