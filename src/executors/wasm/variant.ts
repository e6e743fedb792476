/**
 * What the compiler needs to know of one step graph (and its derivative), whatever the batch and the number of steps: where
 * values live, who reads them, which of them have to be computed at all.
 */
import type { Contribution, StepGradient } from '../../graph/gradient.ts';
import { contributionReads, differentiate } from '../../graph/differentiate.ts';
import type { GraphNode, StateSpec, StepGraph } from '../../graph/types.ts';
import { aliasOps } from './lowering.ts';
import type { FifoAdjoint } from './fifo.ts';
import { fifoAdjoints } from './fifo.ts';
import type { PassRequest, PassSchedule } from './schedule.ts';
import { rewriteGradient, rewriteStep } from './rewrites.ts';
import { schedulePass } from './schedule.ts';

export class Variant {
  readonly step: StepGraph;
  readonly gradient: StepGradient | null;
  /** Forward nodes, then derivative nodes. */
  readonly nodes: readonly GraphNode[];
  /** FIFO states by the node of their value, and by the push that advances them. */
  readonly fifoByState: ReadonlyMap<number, StateSpec>;
  readonly fifoByPush: ReadonlyMap<number, StateSpec>;
  /** FIFO states whose adjoint can be kept as one history, by their `adjoint` leaf. */
  readonly fifoByAdjoint: ReadonlyMap<number, FifoAdjoint>;
  /** The additions to such a history that happen in place. */
  readonly inPlace: ReadonlyMap<number, FifoAdjoint>;
  readonly #schedules = new Map<string, PassSchedule>();

  /** The unpush of each such history: the same memory, seen one row on. */
  readonly unpushes: ReadonlyMap<number, FifoAdjoint>;

  constructor(step: StepGraph, training: boolean) {
    this.step = rewriteStep(step);
    this.gradient = training ? rewriteGradient(differentiate(this.step)) : null;
    this.nodes = this.gradient?.nodes ?? this.step.nodes;
    const fifos = this.step.states.filter((state) => state.kind === 'fifo');
    this.fifoByState = new Map(fifos.map((state) => [state.node, state]));
    this.fifoByPush = new Map(fifos.map((state) => [state.next, state]));
    const adjoints = this.gradient ? fifoAdjoints(this.step, this.gradient) : [];
    this.fifoByAdjoint = new Map(adjoints.map((adjoint) => [adjoint.leaf, adjoint]));
    this.unpushes = new Map(adjoints.map((adjoint) => [adjoint.unpush, adjoint]));
    this.inPlace = new Map(
      adjoints.flatMap((adjoint) => adjoint.additions.map((add) => [add.node, adjoint])),
    );
  }

  /** The node whose memory a value lives in. */
  rootOf(id: number): number {
    const node = this.nodes[id]!;
    return this.isAlias(node) ? this.rootOf(node.inputs[0]!) : id;
  }

  isAlias(node: GraphNode): boolean {
    return aliasOps.has(node.op) || this.unpushes.has(node.id);
  }

  /** How to compute the states handed on and `results`. */
  forwardSchedule(results: readonly number[], recurs: boolean): PassSchedule {
    return this.#schedule(`forward ${recurs} ${results.join()}`, () => {
      const { states, nodes } = this.step;
      return {
        needed: this.#needed([...results, ...states.map((state) => state.next)], 0, nodes.length),
        readOutside: new Set(results.map((id) => this.rootOf(id))),
        carried: new Map(states.map((state) => [state.node, state.next])),
        histories: new Set(this.fifoByState.keys()),
        recurs,
      };
    });
  }

  /** How to compute the adjoints handed back and what the contributions read. */
  backwardSchedule(recurs: boolean): PassSchedule {
    return this.#schedule(`backward ${recurs}`, () => {
      const { nodes, forwardCount, states } = this.gradient!;
      const contributed = this.contributions.flatMap(contributionReads);
      const handedBack = states.flatMap(({ adjoint }) => (adjoint === null ? [] : [adjoint]));
      return {
        needed: this.#needed([...contributed, ...handedBack], forwardCount, nodes.length),
        readOutside: new Set(contributed.map((id) => this.rootOf(id))),
        carried: new Map(states.map(({ nextAdjoint, adjoint }) => [nextAdjoint, adjoint])),
        histories: new Set(this.fifoByAdjoint.keys()),
        recurs,
      };
    });
  }

  #schedule(key: string, request: () => PassRequest): PassSchedule {
    let schedule = this.#schedules.get(key);
    if (!schedule) this.#schedules.set(key, (schedule = schedulePass(this, request())));
    return schedule;
  }

  /** Batched nodes with memory of their own (leaves included) that `roots` need, in order. */
  #needed(roots: readonly number[], from: number, to: number): number[] {
    const wanted = new Set(roots.map((id) => this.rootOf(id)));
    for (let id = to - 1; id >= from; id--) {
      const node = this.nodes[id]!;
      if (!wanted.has(id)) continue;
      for (const input of node.inputs) wanted.add(this.rootOf(input));
    }
    return [...wanted].filter((id) => id >= from && id < to && this.nodes[id]!.batched).sort((a, b) => a - b);
  }

  /** Every node with memory of its own that a node reads. */
  readsOf(id: number): number[] {
    return this.nodes[id]!.inputs.map((input) => this.rootOf(input)).filter(
      (root) => this.nodes[root]!.batched,
    );
  }

  get contributions(): readonly Contribution[] {
    return this.gradient?.contributions ?? [];
  }

  /** All forward values that the backward pass reads. */
  savedRoots(): number[] {
    if (!this.gradient) return [];
    const { nodes, forwardCount } = this.gradient;
    const read = [
      ...nodes.slice(forwardCount).flatMap((node) => node.inputs),
      ...this.contributions.flatMap(contributionReads),
      ...this.gradient.states.flatMap(({ adjoint }) => (adjoint === null ? [] : [adjoint])),
    ];
    return [...new Set(read.filter((id) => id < forwardCount))];
  }
}
