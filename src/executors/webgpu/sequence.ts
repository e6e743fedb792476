/** Lays out a whole sequence: the plans of its runs, and the states between them. */
import { PlaygroundError } from '../../foundation/errors.ts';
import { nextStatesOnly } from '../../graph/simplify.ts';
import type { Program } from '../../graph/types.ts';
import type { Strategy } from '../executor.ts';
import { Frame } from './frame.ts';
import type { PlacedRun } from './machine.ts';
import { stretches, stretchLength } from './runs.ts';
import type { Run, Stretch } from './runs.ts';
import type { WebgpuStore } from './store.ts';
import { VariantPlan } from './variant.ts';
import type { Export, VariantRequest, Workgroups } from './variant.ts';

export interface Sequence {
  readonly frame: Frame;
  readonly stretches: readonly (readonly PlacedRun[])[];
  /** Runs that only find the states between stretches, for strategies that recompute; all but the last stretch. */
  readonly scouts: readonly PlacedRun[];
  /** Floats of memory in all, and those of values that one batch keeps for its steps. */
  readonly floats: number;
  readonly activationFloats: number;
}

export interface SequenceRequest {
  readonly program: Program;
  readonly store: WebgpuStore;
  readonly samples: number;
  readonly workgroups: Workgroups;
}

export interface OutputPlace {
  readonly name: string;
  readonly base: number;
}

/** Where a forward sequence puts a tap: for all tokens, for each step of one run, or once. */
export interface TapPlace {
  readonly name: string;
  readonly base: number;
  readonly run: Run;
  readonly per: Export['per'];
  readonly capacity: number;
}

export interface ForwardSequence extends Sequence {
  readonly outputs: readonly OutputPlace[];
  readonly taps: readonly TapPlace[];
}

export function trainingSequence(request: SequenceRequest, strategy: Strategy): Sequence {
  const { program } = request;
  const frame = makeFrame(request, true);
  const parts = stretches(program, stretchLength(strategy, program.schedule.length));
  const plans = new Map<string, VariantPlan>();
  for (const [key, own] of byPlan(parts.flat())) {
    const graph = program.variants[own[0]!.variant]!;
    if (graph.loss === null) {
      throw new PlaygroundError('no-training', 'This program has no loss to train with.');
    }
    const lossExport: Export = { node: graph.loss, base: frame.loss, per: 'token' };
    plans.set(key, new VariantPlan(frame, planRequest(request, own, 'training', [lossExport])));
  }
  const recompute = strategy.kind === 'checkpointed' || strategy.kind === 'memoryReplay';
  const scouted = recompute ? parts.slice(0, -1).flat() : [];
  const reduced = { ...request, program: { ...program, variants: program.variants.map(nextStatesOnly) } };
  const scouts = new Map<string, VariantPlan>();
  for (const [key, own] of byPlan(scouted)) {
    scouts.set(key, new VariantPlan(frame, planRequest(reduced, own, 'forward', [])));
  }
  return finish(frame, parts, plans, scouted, scouts);
}

export function forwardSequence(request: SequenceRequest, taps: boolean): ForwardSequence {
  const { program, samples } = request;
  const frame = makeFrame(request, false);
  const parts = stretches(program, Math.max(1, program.schedule.length));
  const runs = parts.flat();
  const [variant] = program.variants;
  const outputs = (variant?.outputs ?? []).map(({ name, node }) => {
    const { shape } = variant!.nodes[node]!;
    const perToken = (variant!.unit === 'token' ? shape : shape.slice(1)).reduce((a, b) => a * b, 1);
    return { name, base: frame.land.take(samples * program.length * perToken) };
  });
  const tapPlaces: TapPlace[] = [];
  const plans = new Map<string, VariantPlan>();
  for (const run of runs) {
    const graph = program.variants[run.variant]!;
    const exports: Export[] = graph.outputs.map(({ name, node }) => ({
      node,
      base: outputs.find((output) => output.name === name)!.base,
      per: 'token',
    }));
    if (graph.loss !== null) exports.push({ node: graph.loss, base: frame.loss, per: 'token' });
    for (const { name, node } of taps ? graph.taps : []) {
      const { shape, batched } = graph.nodes[node]!;
      const size = shape.reduce((a, b) => a * b, 1);
      const known = tapPlaces.find((tap) => tap.name === name && tap.per === 'token');
      const per = !batched ? 'run' : graph.unit === 'token' ? 'token' : 'step';
      const count = { run: 1, token: samples * program.length, step: samples * run.count }[per];
      const base = known?.base ?? frame.land.take(count * size);
      exports.push({ node, base, per });
      if (!known) tapPlaces.push({ name, base, run, per, capacity: run.count });
    }
    plans.set(run.plan, new VariantPlan(frame, planRequest(request, [run], 'forward', exports)));
  }
  return { ...finish(frame, parts, plans, [], new Map()), outputs, taps: tapPlaces };
}

function makeFrame({ program, store, samples }: SequenceRequest, training: boolean): Frame {
  return new Frame(program, samples, store.offsets, store.floats, training);
}

function byPlan(runs: readonly Run[]): Map<string, Run[]> {
  const plans = new Map<string, Run[]>();
  for (const run of runs) plans.set(run.plan, [...(plans.get(run.plan) ?? []), run]);
  return plans;
}

function planRequest(
  { program, workgroups }: SequenceRequest,
  runs: readonly Run[],
  purpose: VariantRequest['purpose'],
  exports: readonly Export[],
): VariantRequest {
  return {
    graph: program.variants[runs[0]!.variant]!,
    purpose,
    capacity: Math.max(...runs.map(({ count }) => count)),
    first: runs.some(({ first }) => first === 0),
    exports,
    ...workgroups,
  };
}

/** Places the states between runs, and the values of the runs; scouts are done before training begins, and share its place. */
function finish(
  frame: Frame,
  parts: readonly Stretch[],
  plans: ReadonlyMap<string, VariantPlan>,
  scouted: readonly Run[],
  scouts: ReadonlyMap<string, VariantPlan>,
): Sequence {
  const blocks: number[] = [];
  const begin = frame.land.end;
  const runs = parts.flat();
  for (const run of runs)
    blocks.push(frame.land.take(frame.blockBefore(frame.program.variants[run.variant]!).floats));
  const last = runs.at(-1);
  blocks.push(
    last ? frame.land.take(frame.blockAfter(frame.program.variants[last.variant]!).floats) : frame.land.end,
  );
  const activations = frame.land.end;
  const end = Math.max(
    settle(parts, plans, activations),
    settle(
      scouted.map((run) => [run]),
      scouts,
      activations,
    ),
  );
  const placed =
    (of: ReadonlyMap<string, VariantPlan>) =>
    (run: Run): PlacedRun => ({
      ...run,
      of: of.get(run.plan)!,
      before: blocks[run.index]!,
      after: blocks[run.index + 1]!,
    });
  const { begin: adjointsBegin, end: adjointsEnd } = frame.adjoints;
  const histories = [...frame.fifos.values()].reduce((sum, { stride }) => sum + stride * frame.samples, 0);
  return {
    frame,
    stretches: parts.map((part) => part.map(placed(plans))),
    scouts: scouted.map(placed(scouts)),
    floats: end,
    activationFloats: end - begin + adjointsEnd - adjointsBegin + histories,
  };
}

/** Puts the values of plans side by side where one stretch needs both, and else at the same place. Returns where they end. */
function settle(parts: readonly Stretch[], plans: ReadonlyMap<string, VariantPlan>, begin: number): number {
  const ends = new Map<string, number>();
  for (const [key, { settlement }] of plans) {
    const neighbours = parts.filter((part) => part.some(({ plan }) => plan === key)).flat();
    const base = Math.max(begin, ...neighbours.map(({ plan }) => ends.get(plan) ?? begin));
    settlement.moveTo(base);
    ends.set(key, base + settlement.floats);
  }
  return Math.max(begin, ...ends.values());
}
