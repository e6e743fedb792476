/** How every value of a node list is read: which buffer it lies in and with which strides. */
import type { GraphNode } from '../../graph/types.ts';
import { elementCount } from '../../graph/types.ts';
import { broadcast, denseView, narrow, permute, reshape, sizeOf } from '../wasm/views.ts';
import type { TapeBuffer, View } from '../wasm/views.ts';
import type { Place } from './code.ts';
import { nowhere } from './code.ts';
import type { Surroundings } from './emit.ts';

export class Values implements Surroundings {
  readonly nodes: readonly GraphNode[];
  readonly threads: number;
  readonly #views: (View | undefined)[] = [];
  readonly #makers: (number | null)[] = [];
  readonly #copies = new Set<number>();
  readonly #places = new Map<TapeBuffer, Place>();
  readonly #literals = new Map<TapeBuffer, number>();
  #buffers = 0;
  #extras = 0;

  constructor(nodes: readonly GraphNode[], threads: number) {
    this.nodes = nodes;
    this.threads = threads;
  }

  /** A new buffer, dense in the given shape. */
  buffer(shape: readonly number[], place?: Place): View {
    const buffer = { id: this.#buffers++, size: sizeOf(shape) };
    if (place) this.#places.set(buffer, place);
    return denseView(buffer, shape);
  }

  /** A view at which one number is read from the text. */
  repeat(shape: readonly number[], value: number): View {
    const view = this.buffer([], nowhere);
    this.#literals.set(view.buffer, value);
    return broadcast(view, 0, shape);
  }

  putAt(view: View, place: Place): void {
    this.#places.set(view.buffer, place);
  }

  isPlaced(view: View): boolean {
    return this.#places.has(view.buffer);
  }

  place(view: View): Place {
    const place = this.#places.get(view.buffer);
    if (!place) throw new Error('a buffer is used that has no place');
    return place;
  }

  literal(view: View): number | null {
    return this.#literals.get(view.buffer) ?? null;
  }

  view(id: number): View {
    const view = this.#views[id];
    if (!view) throw new Error(`value ${id} (${this.nodes[id]?.op ?? 'none'}) is used but not live`);
    return view;
  }

  maker(id: number): number | null {
    return this.#makers[id] ?? null;
  }

  isCopy(id: number): boolean {
    return this.#copies.has(id);
  }

  isGiven(id: number): boolean {
    return this.#views[id] !== undefined;
  }

  /** A number for a value that is no node of the graph. */
  giveExtra(view: View): number {
    const id = this.nodes.length + this.#extras++;
    this.give(id, view);
    return id;
  }

  /** A value that no task makes. */
  give(id: number, view: View): void {
    this.#views[id] = view;
    this.#makers[id] = null;
  }

  /** A value that lies where somebody else decides, made by the task of `maker`. */
  lend(id: number, view: View, maker: number | null): void {
    this.#views[id] = view;
    this.#makers[id] = maker;
  }

  /** A view of the operand, or a buffer of its own; true: the value is computed. */
  define(node: GraphNode): boolean {
    const seen = this.#viewed(node);
    if (seen) {
      this.#views[node.id] = seen;
      this.#makers[node.id] = this.maker(node.inputs[0]!);
      return false;
    }
    if (node.op === 'reshape') this.#copies.add(node.id);
    this.#views[node.id] = this.buffer(node.shape);
    this.#makers[node.id] = node.id;
    return true;
  }

  #viewed(node: GraphNode): View | null {
    const of = (): View => this.view(node.inputs[0]!);
    switch (node.op) {
      case 'stopGradient':
        return of();
      case 'cast':
        return this.nodes[node.inputs[0]!]!.dtype === 'i32' || node.dtype === 'f32' ? of() : null;
      case 'reshape':
        return reshape(of(), 0, node.shape);
      case 'broadcast':
        return broadcast(of(), 0, node.shape);
      case 'transpose':
        return permute(of(), (node as GraphNode<'transpose'>).attributes.permutation);
      case 'slice': {
        const { begin, size } = (node as GraphNode<'slice'>).attributes;
        return begin.reduce((view, first, axis) => narrow(view, axis, first, size[axis]!), of());
      }
      case 'sum':
      case 'mean': {
        const source = this.nodes[node.inputs[0]!]!;
        const unchanged =
          elementCount(source.shape) === elementCount(node.shape) && elementCount(node.shape) > 0;
        return unchanged ? reshape(of(), 0, node.shape) : null;
      }
      default:
        return null;
    }
  }
}
