/** The WGSL of one task. */
import type { OpName } from '../../graph/ops.ts';
import type { GraphNode } from '../../graph/types.ts';
import { broadcast, coalesce, isDense, sizeOf } from '../wasm/views.ts';
import type { View } from '../wasm/views.ts';
import type { Code, Place } from './code.ts';
import { Access, coordinatesOf } from './code.ts';
import { emitTiles, productViews } from './product.ts';
import { rules } from './rules.ts';
import type { Rule } from './rules.ts';
import { readsOf } from './tasks.ts';
import type { ElementsTask, Store, Task, ValueViews } from './tasks.ts';

/** What a task needs to know about the values around it. */
export interface Surroundings extends ValueViews {
  place(view: View): Place;
  /** The number that a value repeats, known from the graph; null for all others. */
  literal(view: View): number | null;
  readonly threads: number;
}

export function emitTask(code: Code, task: Task, values: Surroundings): void {
  if (task.kind === 'tiles') {
    const [a, b] = task.node.inputs.map((id) => values.view(id)) as [View, View];
    const product = productViews(task.node, a, b, task.stores[0]!.to);
    emitTiles(
      code,
      product,
      (view) => values.place(view),
      (view) => values.literal(view),
      task.tile,
    );
    return;
  }
  if (sizeOf(task.shape) > 0) new Elements(code, task, values).emit();
}

const ruleOf = (node: GraphNode): Rule<OpName> => rules[node.op] as Rule<OpName>;

class Elements {
  readonly #code: Code;
  readonly #task: ElementsTask;
  readonly #values: Surroundings;
  /** Registers, by the node that they hold. */
  readonly #registers = new Map<number, string>();
  readonly #reads = new Map<string, Access>();
  #writes: readonly Access[] = [];

  constructor(code: Code, task: ElementsTask, values: Surroundings) {
    this.#code = code;
    this.#task = task;
    this.#values = values;
  }

  emit(): void {
    const kinds = this.#task.nodes.map((node) => ruleOf(node).kind);
    if (kinds.includes('row')) this.#emitRows();
    else if (kinds.includes('element')) this.#emitElements();
    else this.#emitPointwise();
  }

  /** Every element depends on its own place only: axes may be merged. */
  #emitPointwise(): void {
    const { shape, stores } = this.#task;
    const operands = readsOf(this.#task, this.#values);
    const external = operands.map((id) => broadcast(this.#values.view(id), 0, shape));
    const written = stores.map(({ to }) => to);
    const merged = coalesce(
      shape,
      [...external, ...written].map(({ strides }) => strides),
    );
    const flat = (view: View, i: number): View => ({
      ...view,
      shape: merged.shape,
      strides: merged.strides[i]!,
    });
    const views = external.map(flat);
    views.forEach((view, i) => this.#open(operands[i]!, view));
    this.#writes = written.map((view, i) => this.#opened(flat(view, views.length + i)));
    this.#code.spread(this.#code.number(sizeOf(shape)), (index) => {
      const at = coordinatesOf(this.#code, index, merged.shape);
      this.#body(at, (id) => this.#reads.get(`${id}`)!.at(at));
    });
  }

  #emitElements(): void {
    const { shape, stores } = this.#task;
    this.#openAll();
    this.#writes = stores.map(({ to }) => this.#opened(to));
    this.#code.spread(this.#code.number(sizeOf(shape)), (index) => {
      const at = coordinatesOf(this.#code, index, shape);
      this.#body(at, (id) => this.#reads.get(`${id} whole`)!.at(at));
    });
  }

  /** A thread takes whole rows; where there are few rows, one element, and does for it what the row needs. */
  #emitRows(): void {
    const { shape, stores } = this.#task;
    const code = this.#code;
    this.#openAll();
    this.#writes = stores.map(({ to }) => this.#opened(to));
    const rowShape = shape.slice(0, -1);
    const width = code.number(shape.at(-1)!);
    const read =
      (at: readonly string[]) =>
      (id: number): string =>
        this.#reads.get(`${id} whole`)!.at(at);
    if (sizeOf(rowShape) * 4 >= this.#values.threads) {
      code.spread(code.number(sizeOf(rowShape)), (index) => {
        const row = coordinatesOf(code, index, rowShape);
        const columns = this.#rowColumns(row, width);
        code.loop(width, (c) => this.#body([...row, c], read([...row, c]), columns));
      });
    } else {
      code.spread(code.number(sizeOf(shape)), (index) => {
        const at = coordinatesOf(code, index, shape);
        const columns = this.#rowColumns(at.slice(0, -1), width);
        this.#body(at, read(at), columns);
      });
    }
  }

  /** What the row rules need of the row; they are the first nodes of a task. */
  #rowColumns(row: readonly string[], width: string): ReadonlyMap<number, (column: string) => string> {
    const columns = new Map<number, (column: string) => string>();
    for (const node of this.#task.nodes) {
      const rule = ruleOf(node);
      if (rule.kind !== 'row') continue;
      const operands = node.inputs.map((id) => this.#reads.get(`${id}`)!);
      columns.set(node.id, rule.of({ node, code: this.#code, operands, row, width }));
    }
    return columns;
  }

  #body(
    at: readonly string[],
    read: (id: number) => string,
    columns: ReadonlyMap<number, (column: string) => string> = new Map(),
  ): void {
    const code = this.#code;
    const loaded = new Map<number, string>();
    const value = (id: number): string => {
      const register = this.#register(id) ?? loaded.get(id);
      if (register !== undefined) return register;
      const name = code.let('x', read(id));
      loaded.set(id, name);
      return name;
    };
    for (const node of this.#task.nodes) {
      const rule = ruleOf(node);
      this.#registers.set(node.id, code.let('v', this.#expression(node, rule, at, value, columns)));
    }
    this.#task.stores.forEach((store, i) => this.#store(store, this.#writes[i]!, at, value));
  }

  #expression(
    node: GraphNode,
    rule: Rule<OpName>,
    at: readonly string[],
    value: (id: number) => string,
    columns: ReadonlyMap<number, (column: string) => string>,
  ): string {
    switch (rule.kind) {
      case 'pointwise':
        return rule.of(node.inputs.map(value), node);
      case 'element': {
        const operands = node.inputs.map((id) => this.#reads.get(`${id}`)!);
        return rule.of({ node, code: this.#code, operands, at });
      }
      case 'row':
        return columns.get(node.id)!(at.at(-1)!);
      case 'leaf':
      case 'view':
        throw new Error(`${node.op} is not computed`);
    }
  }

  #store(
    { value: id, accumulate }: Store,
    access: Access,
    at: readonly string[],
    value: (id: number) => string,
  ): void {
    const written = id === null ? '0.0' : value(id);
    // Writes of pointwise tasks have merged axes, as their reads do.
    access.store(at, accumulate ? `${access.at(at)} + ${written}` : written);
  }

  /** The register that holds a value or what it is the same as. */
  #register(id: number): string | undefined {
    const known = this.#registers.get(id);
    if (known !== undefined) return known;
    const maker = this.#values.maker(id);
    const register = maker === null ? undefined : this.#registers.get(maker);
    if (register === undefined) return undefined;
    const view = this.#values.view(id);
    return view.offset === 0 && isDense(view) ? register : undefined;
  }

  /** Operands as they are, for rules that choose what to read, and repeated to the task's shape, for pointwise nodes. */
  #openAll(): void {
    const { nodes, shape, stores } = this.#task;
    const own = new Set(nodes.map(({ id }) => id));
    const inTask = (id: number): boolean => own.has(id) || own.has(this.#values.maker(id) ?? -1);
    for (const node of nodes) {
      const pointwise = ruleOf(node).kind === 'pointwise';
      for (const id of node.inputs) {
        if (inTask(id)) continue;
        const view = this.#values.view(id);
        if (pointwise) this.#open(`${id} whole`, broadcast(view, 0, shape));
        else this.#open(id, view);
      }
    }
    for (const { value } of stores) {
      if (value !== null && !inTask(value))
        this.#open(`${value} whole`, broadcast(this.#values.view(value), 0, shape));
    }
  }

  #open(key: number | string, view: View): void {
    if (!this.#reads.has(`${key}`)) this.#reads.set(`${key}`, this.#opened(view));
  }

  #opened(view: View): Access {
    const literal = this.#values.literal(view);
    return new Access(this.#code, view, literal === null ? this.#values.place(view) : null, literal);
  }
}
