/**
 * A graph under construction. A body knows its parent: constants are initializers of the root, and a Scan's body refers to
 * them and to the parent's values by name, as ONNX allows.
 */
import type { NodeProto, TensorProto } from 'onnx-buf';
import type { DType, Shape } from '../../graph/types.ts';
import type { AttributeValue } from './protobuf.ts';
import { node, tensor } from './protobuf.ts';

export class Body {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly #parent: Body | null;
  readonly #constants = new Map<string, string>();
  #counter = 0;

  constructor(parent: Body | null = null) {
    this.#parent = parent;
  }

  get root(): Body {
    return this.#parent ? this.#parent.root : this;
  }

  /** Adds one node and returns the name of its only output. */
  emit(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    name?: string,
  ): string {
    const output = name ?? this.fresh(opType);
    this.nodes.push(node(opType, inputs, [output], attributes));
    return output;
  }

  emitMany(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): void {
    this.nodes.push(node(opType, inputs, outputs, attributes));
  }

  /** A name that no other value of the file has. */
  fresh(hint: string): string {
    const root = this.root;
    root.#counter++;
    return `${hint.toLowerCase()}_${root.#counter}`;
  }

  constant(dtype: DType | 'i64', shape: Shape, data: ArrayLike<number>): string {
    const root = this.root;
    const key = `${dtype}|${shape.join()}|${Array.from(data).join()}`;
    const known = root.#constants.get(key);
    if (known) return known;
    const name = root.fresh('constant');
    root.#constants.set(key, name);
    root.initializers.push(tensor(name, dtype, shape, data));
    return name;
  }

  integers(...values: readonly number[]): string {
    return this.constant('i64', [values.length], values);
  }

  scalar(value: number): string {
    return this.constant('f32', [], [value]);
  }

  initializer(name: string, dtype: DType, shape: Shape, data: ArrayLike<number>): void {
    this.root.initializers.push(tensor(name, dtype, shape, data));
  }
}
