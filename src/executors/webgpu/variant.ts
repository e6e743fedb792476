/**
 * One variant of a step, planned for runs of up to `capacity` steps: which tasks each phase has, and where every value lies.
 */
import {
  differentiate,
  differentiatePrologue,
  contributionReads,
  prologueTargets,
} from '../../graph/differentiate.ts';
import type { PrologueGradient, StepGradient } from '../../graph/gradient.ts';
import { leafOps } from '../../graph/ops.ts';
import { liveNodes } from '../../graph/simplify.ts';
import type { GraphNode, StepGraph } from '../../graph/types.ts';
import { fifoAdjoints } from '../wasm/fifo.ts';
import type { FifoAdjoint } from '../wasm/fifo.ts';
import { sizeOf } from '../wasm/views.ts';
import type { View } from '../wasm/views.ts';
import { nowhere } from './code.ts';
import { flatTargets, gather, sumOf } from './contributions.ts';
import type { Sum } from './contributions.ts';
import type { Frame } from './frame.ts';
import { Handover } from './handover.ts';
import { divide, phaseNames } from './phases.ts';
import type { PhaseName } from './phases.ts';
import { Readers } from './readers.ts';
import { Settlement } from './settle.ts';
import type { Target } from './sums.ts';
import { PhaseTasks } from './tasks.ts';
import { Values } from './values.ts';

/** How kernels are made for a device. */
export interface Workgroups {
  /** Threads of a workgroup. */
  readonly threads: number;
  /** Most workgroups at one time. */
  readonly slots: number;
  /** Longest phase that becomes one kernel of its own. */
  readonly mostPlainTasks: number;
}

/** A further place that a value is written to for every step, beside what later nodes need. */
export interface Export {
  readonly node: number;
  /** Base of an array [B, T, …] for the value, or of [B, steps of the run, …], or of one copy for all. */
  readonly base: number;
  readonly per: 'token' | 'step' | 'run';
}

export interface VariantRequest extends Workgroups {
  readonly graph: StepGraph;
  /** 'training': forward and backward; 'forward': values alone. */
  readonly purpose: 'training' | 'forward';
  /** Most steps of a run. */
  readonly capacity: number;
  /** Whether the sequence can start with this variant. */
  readonly first: boolean;
  readonly exports: readonly Export[];
}

/** Constants that the memory must hold before anything runs. */
export interface Upload {
  readonly base: number;
  readonly data: readonly number[];
}

export class VariantPlan {
  readonly request: VariantRequest;
  readonly frame: Frame;
  readonly graph: StepGraph;
  readonly values: Values;
  readonly uploads: Upload[] = [];
  readonly gradient: StepGradient | null;
  /** What the steps contribute to unbatched values. */
  readonly sums: Sum[] = [];
  /** Adjoints of start values: summed over the samples, for states that the batch did not bring along. */
  readonly startSums: { readonly state: string; readonly value: View; readonly target: View }[] = [];
  /** Unbatched accumulators that every batch starts with as zeros. */
  readonly accumulators: { begin: number; end: number };
  readonly fifoAdjoints: readonly FifoAdjoint[];
  readonly settlement: Settlement;
  readonly #tasks: ReadonlyMap<PhaseName, PhaseTasks>;
  readonly #prologueGradient: PrologueGradient | null;
  readonly #live: ReadonlySet<number>;
  readonly #nodes: readonly GraphNode[];
  /** How many nodes come before those of the epilogue. */
  readonly #stepNodes: number;

  constructor(frame: Frame, request: VariantRequest) {
    const { graph, purpose } = request;
    this.frame = frame;
    this.request = request;
    this.graph = graph;
    this.gradient = purpose === 'training' ? differentiate(graph) : null;
    this.#prologueGradient =
      this.gradient && differentiatePrologue(graph, prologueTargets(graph, this.gradient));
    this.#stepNodes = this.gradient?.nodes.length ?? graph.nodes.length;
    this.#nodes = this.#joinedNodes();
    this.fifoAdjoints = this.gradient
      ? fifoAdjoints(graph, this.gradient).filter(({ state }) => frame.fifos.has(state.name))
      : [];
    this.#live = liveNodes(this.#nodes, this.#roots());
    this.values = new Values(this.#nodes, request.threads);
    this.#tasks = new Map(phaseNames.map((name) => [name, new PhaseTasks(this.values, request.threads)]));
    this.accumulators = { begin: frame.land.end, end: frame.land.end };
    this.#defineAccumulators();
    this.#makeTasks();
    this.#addExports();
    this.#collectSums();
    const readers = new Readers(this.values, this.#tasks, this.sums);
    const handover = new Handover(this, readers);
    this.settlement = new Settlement(this, this.#tasks, handover, readers);
  }

  /** Node of the joined list for a node of the prologue's gradient. */
  epilogueNode(id: number): number {
    return id < this.graph.nodes.length ? id : id - this.graph.nodes.length + this.#stepNodes;
  }

  isLive(id: number): boolean {
    return this.#live.has(id);
  }

  /** States that are handed on from step to step one by one, not as windows. */
  get plainStates(): StepGraph['states'] {
    return this.graph.states.filter(({ name }) => !this.frame.fifos.has(name));
  }

  #joinedNodes(): GraphNode[] {
    const step = this.gradient?.nodes ?? this.graph.nodes;
    const own = this.#prologueGradient?.nodes.slice(this.graph.nodes.length) ?? [];
    const moved = own.map((node) => ({
      ...node,
      id: this.epilogueNode(node.id),
      inputs: node.inputs.map((id) => this.epilogueNode(id)),
    }));
    return [...step, ...moved];
  }

  #roots(): number[] {
    const { graph, request, gradient } = this;
    const starts = request.first ? graph.states.map(({ start }) => start) : [];
    return [
      ...graph.states.map(({ next }) => next),
      ...starts,
      ...request.exports.map(({ node }) => node),
      ...(gradient?.contributions.flatMap(contributionReads) ?? []),
      ...(gradient?.states.flatMap(({ adjoint }) => (adjoint === null ? [] : [adjoint])) ?? []),
      ...(this.#prologueGradient?.parameters.map(({ adjoint }) => this.epilogueNode(adjoint)) ?? []),
    ];
  }

  /** Adjoints of unbatched values: the gradient itself where the value is a parameter that nothing else reaches. */
  #defineAccumulators(): void {
    const { frame, values } = this;
    if (!this.#prologueGradient) return;
    const direct = new Map(this.#prologueGradient.parameters.map(({ name, adjoint }) => [adjoint, name]));
    for (const { adjoint } of this.#prologueGradient.values) {
      const { shape } = this.#prologueGradient.nodes[adjoint]!;
      const name = direct.get(adjoint);
      const base =
        name === undefined
          ? frame.land.take(shape.reduce((count, extent) => count * extent, 1))
          : frame.gradient! + frame.parameters.get(name)!;
      values.give(this.epilogueNode(adjoint), values.buffer(shape, { ...nowhere, base }));
    }
    this.accumulators.end = frame.land.end;
  }

  // ---- tasks

  #makeTasks(): void {
    const parts = this.#divide();
    for (const node of this.#nodes) {
      if (!this.isLive(node.id)) continue;
      if (leafOps.has(node.op)) this.#defineLeaf(node);
      else if (!this.#defineFifo(node, parts) && this.values.define(node)) {
        this.#tasks.get(parts.get(node.id)!)!.compute(node.id);
      }
    }
  }

  #divide(): ReadonlyMap<number, PhaseName> {
    const { graph, gradient, fifoAdjoints: fifos } = this;
    const forwardCount = graph.nodes.length;
    const inner = this.#nodes.filter(({ id, op }) => this.isLive(id) && !leafOps.has(op));
    const ids = (test: (node: GraphNode) => boolean): number[] => inner.filter(test).map(({ id }) => id);
    const handed = graph.states.map(({ name, next }) =>
      this.frame.fifos.has(name) ? graph.nodes[next]!.inputs[1]! : next,
    );
    const windows = new Set([
      ...graph.states.flatMap(({ name, node, next }) => (this.frame.fifos.has(name) ? [node, next] : [])),
      ...fifos.flatMap(({ leaf, unpush, additions }) => [leaf, unpush, ...additions.map(({ node }) => node)]),
    ]);
    const saved = new Set(gradient?.saved);
    const kept = (id: number): boolean => windows.has(id) || saved.has(id);
    const forward = divide(this.#nodes, {
      ids: ids(({ id, batched }) => batched && id < forwardCount),
      carried: new Set(graph.states.map(({ node }) => node)),
      handed,
      kept,
    });
    const backward = divide(this.#nodes, {
      ids: ids(({ id, batched }) => batched && id >= forwardCount),
      carried: new Set(gradient?.states.map(({ nextAdjoint }) => nextAdjoint)),
      handed: [
        ...(gradient?.states.flatMap(({ adjoint }) => (adjoint === null ? [] : [adjoint])) ?? []),
        ...fifos.flatMap(({ additions }) => additions.map(({ node }) => node)),
      ],
      kept,
    });
    const phases = new Map<number, PhaseName>();
    for (const { id, batched } of inner) {
      if (!batched) phases.set(id, id < this.#stepNodes ? 'prologue' : 'epilogue');
      else if (id < forwardCount) phases.set(id, `forward ${forward.get(id)!}`);
      else phases.set(id, `backward ${backward.get(id)!}`);
    }
    return phases;
  }

  #defineLeaf(node: GraphNode): void {
    const { values, frame, graph } = this;
    if (values.isGiven(node.id)) return;
    switch (node.op) {
      case 'parameter': {
        const { name } = (node as GraphNode<'parameter'>).attributes;
        const base = frame.parameters.get(name)!;
        values.give(node.id, values.buffer(node.shape, { ...nowhere, array: 'parameters', base }));
        return;
      }
      case 'input': {
        const { name } = (node as GraphNode<'input'>).attributes;
        values.give(node.id, values.buffer(node.shape, frame.input(graph, name, node.shape)));
        return;
      }
      case 'constant':
        values.give(node.id, this.#constant(node as GraphNode<'constant'>));
        return;
      case 'state': {
        const { name } = (node as GraphNode<'state'>).attributes;
        const place = frame.fifos.has(name) ? frame.window(name, 0, false) : undefined;
        values.give(node.id, values.buffer(node.shape, place));
        return;
      }
      default: {
        const { of } = (node as GraphNode<'adjoint'>).attributes;
        const fifo = this.fifoAdjoints.find(({ leaf }) => leaf === node.id);
        if (of === 'loss') values.give(node.id, values.repeat(node.shape, 1));
        else if (fifo) {
          values.give(node.id, values.buffer(node.shape, frame.window(fifo.state.name, 1, true)));
        } else values.give(node.id, values.buffer(node.shape));
      }
    }
  }

  #constant({ attributes: { data }, shape }: GraphNode<'constant'>): View {
    const [first = 0] = data;
    if (data.every((entry) => entry === first)) return this.values.repeat(shape, first);
    const base = this.frame.land.take(data.length);
    this.uploads.push({ base, data });
    return this.values.buffer(shape, { ...nowhere, base });
  }

  /** Nodes that only move a window: pushes, and the adjoints that gather in the history. */
  #defineFifo(node: GraphNode, phases: ReadonlyMap<number, PhaseName>): boolean {
    const { values, frame } = this;
    const state = this.graph.states.find(({ name, next }) => next === node.id && frame.fifos.has(name));
    if (state) {
      values.lend(node.id, values.buffer(node.shape, frame.window(state.name, 1, false)), node.id);
      const row = node.inputs[1]!;
      const { width } = frame.fifos.get(state.name)!;
      const newest = values.buffer([width], frame.window(state.name, 1, false));
      const maker = values.maker(row);
      const made = maker === null ? undefined : phases.get(maker);
      const phase = made === 'forward before' ? made : 'forward through';
      const task = this.#tasks.get(phase)!.store(row, newest);
      if (phase === 'forward through') this.#tasks.get(phase)!.alias(node.id, task);
      return true;
    }
    for (const {
      state: { name },
      additions,
      unpush,
    } of this.fifoAdjoints) {
      if (node.id === unpush) {
        const source = node.inputs[0]!;
        values.lend(node.id, values.buffer(node.shape, frame.window(name, 0, true)), values.maker(source));
        return true;
      }
      const at = additions.findIndex((addition) => addition.node === node.id);
      if (at < 0) continue;
      // Window and sum lie at the same place: every element is read and written by one thread.
      const window = values.view(additions[at]!.window);
      values.lend(node.id, values.buffer(node.shape, values.place(window)), node.id);
      this.#tasks.get('backward through')!.compute(node.id);
      return true;
    }
    return false;
  }

  // ---- results

  #addExports(): void {
    const { graph, request, frame, values } = this;
    for (const { node, base, per } of request.exports) {
      const { shape, batched } = graph.nodes[node]!;
      const size = shape.reduce((count, extent) => count * extent, 1);
      if (per === 'run' && !batched) {
        this.#tasks.get('prologue')!.store(node, values.buffer(shape, { ...nowhere, base }));
        continue;
      }
      const steps = per === 'step' ? { sample: request.capacity * size, step: size } : null;
      const perToken = graph.unit === 'token' ? size : size / Math.max(1, shape[0] ?? 1);
      const place = steps ? { ...nowhere, base, ...steps } : frame.series(base, perToken);
      const to = values.buffer(shape, place);
      const home = values.maker(node) === node ? this.#phaseOf(node) : null;
      const attached = home !== null && batched && this.#tasks.get(home)!.attach(node, to) !== null;
      if (!attached) this.#tasks.get('forward after')!.store(node, to);
    }
    for (const { name, start, shape } of request.first ? graph.states : []) {
      const fifo = frame.fifos.has(name);
      const offset = frame.blockBefore(graph).offsets.get(name) ?? 0;
      const size = shape.reduce((count, extent) => count * extent, 1);
      const place = fifo
        ? { ...frame.window(name, 0, false), clock: 0 }
        : { ...nowhere, base: offset, sample: size, boundary: 'before' as const };
      this.#tasks.get('start')!.store(start, values.buffer(shape, place));
    }
    for (const { name, adjoint } of this.#prologueGradient?.parameters ?? []) {
      const id = this.epilogueNode(adjoint);
      const { shape } = this.#nodes[id]!;
      if (leafOps.has(this.#nodes[id]!.op)) continue;
      const base = frame.gradient! + frame.parameters.get(name)!;
      this.#tasks.get('epilogue')!.store(id, values.buffer(shape, { ...nowhere, base }), true);
    }
  }

  /** The phase whose task makes a value. */
  makerPhase(maker: number): PhaseName | null {
    return this.#phaseOf(maker);
  }

  #phaseOf(maker: number): PhaseName | null {
    return phaseNames.find((name) => this.#tasks.get(name)!.taskOf(maker) !== null) ?? null;
  }

  #collectSums(): void {
    if (!this.gradient || !this.#prologueGradient) return;
    const { values, frame, request } = this;
    const targets = new Map(
      this.#prologueGradient.values.map(({ target, adjoint }) => [
        target,
        values.view(this.epilogueNode(adjoint)),
      ]),
    );
    const flat = flatTargets(this.gradient.contributions);
    const operands = { nodes: this.#nodes, values, copied: (id: number) => this.#copied(id) };
    for (const contribution of this.gradient.contributions) {
      this.sums.push(sumOf(contribution, targets.get(contribution.target)!, flat, operands));
    }
    for (const { name, start, shape } of request.first ? this.graph.states : []) {
      const target = targets.get(start);
      if (!target) continue;
      const fifo = this.fifoAdjoints.some(({ state }) => state.name === name);
      const place = fifo ? { ...frame.window(name, 0, true), clock: 0 } : frame.adjoint(name);
      const value = values.buffer([1, sizeOf(shape)], place);
      this.startSums.push({ state: name, value, target });
    }
  }

  /** The sums of a run, by target. */
  targets(): Target[] {
    return gather(this.sums.map(({ target, job }) => ({ target, job })));
  }

  /** Adjoints at the start of the sequence, summed over the samples, but for states that the batch brought along. */
  startTargets(given: readonly string[]): Target[] {
    const own = this.startSums.filter(({ state }) => !given.includes(state));
    return gather(own.map(({ target, value }) => ({ target, job: { kind: 'sum', value } })));
  }

  /** A dense copy of a value, kept for all steps of the run. */
  #copied(id: number): number {
    const copy = this.values.giveExtra(this.values.buffer(this.#nodes[id]!.shape));
    this.#tasks.get('backward after')!.store(id, this.values.view(copy));
    return copy;
  }
}
