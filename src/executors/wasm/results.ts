/** What a forward run of a tape gives back: outputs, taps and the last states, each in memory that JavaScript reads. */
import type { DType, Program, StepGraph } from '../../graph/types.ts';
import type { Block } from './block.ts';
import * as emit from './emit.ts';
import type { Prologue } from './prologue.ts';
import type { Tape } from './tape.ts';
import type { View } from './views.ts';
import * as views from './views.ts';

/** Memory that JavaScript writes before a tape runs, or reads after it. */
export interface Port {
  readonly name: string;
  readonly view: View;
  readonly dtype: DType;
  /** True where the first axis is that of the samples. */
  readonly batched: boolean;
}

/** Steps that run as one block: `first` counts steps, `token` tokens. */
export interface Stretch {
  readonly variant: number;
  readonly first: number;
  readonly steps: number;
  readonly token: number;
}

export type States = Map<string, View>;

/** What the results need of the rollout that they are of. */
interface Recorded {
  readonly tape: Tape;
  readonly options: { readonly batchSize: number; readonly program: Program };
  prologue(variant: number): Prologue;
}

/** [B, T, …] ↔ [T, B, …] */
export function swapSteps(view: View): View {
  return views.permute(view, [1, 0, ...view.shape.map((_, axis) => axis).slice(2)]);
}

/** Outputs and taps of a forward run. */
export class RunResults {
  readonly #rollout: Recorded;
  readonly #withTaps: boolean;
  readonly #outputs = new Map<string, Port>();
  readonly #taps = new Map<string, Port>();

  constructor(rollout: Recorded, withTaps: boolean) {
    this.#rollout = rollout;
    this.#withTaps = withTaps;
  }

  wanted(step: StepGraph): number[] {
    const taps = this.#withTaps ? step.taps.map((tap) => tap.node) : [];
    return [
      ...step.outputs.map((output) => output.node),
      ...taps,
      ...(step.loss === null ? [] : [step.loss]),
    ];
  }

  collect(block: Block, step: StepGraph, stretch: Stretch): void {
    const { tape, options } = this.#rollout;
    for (const { name, node } of step.outputs) this.#join(this.#outputs, name, node, block, step, stretch);
    if (!this.#withTaps) return;
    for (const { name, node } of step.taps) {
      const { shape, batched, dtype } = step.nodes[node]!;
      if (batched && step.unit === 'token') this.#join(this.#taps, name, node, block, step, stretch);
      else {
        const own = name.replaceAll('{s}', String(stretch.first));
        if (this.#taps.has(own)) continue;
        const view = tape.allocate(batched ? [options.batchSize, ...shape] : shape);
        emit.emitCopy(
          tape,
          view,
          batched
            ? views.select(block.value(node), 0, 0)
            : this.#rollout.prologue(stretch.variant).value(node),
        );
        this.#taps.set(own, { name: own, view, dtype, batched });
      }
    }
  }

  ports(): { outputs: Port[]; taps: Port[] } {
    return { outputs: [...this.#outputs.values()], taps: [...this.#taps.values()] };
  }

  finalStates(step: StepGraph, states: States): Port[] {
    const { tape } = this.#rollout;
    return step.states.map(({ name, dtype }) => {
      const from = states.get(name)!;
      const view = tape.allocate(from.shape);
      emit.emitCopy(tape, view, from);
      return { name, view, dtype, batched: true };
    });
  }

  /** Writes the steps of one block into a result [B, T, …]. */
  #join(
    ports: Map<string, Port>,
    name: string,
    node: number,
    block: Block,
    step: StepGraph,
    stretch: Stretch,
  ): void {
    const { tape, options } = this.#rollout;
    const { shape, dtype } = step.nodes[node]!;
    const perToken = step.unit === 'token' ? shape : shape.slice(1);
    let port = ports.get(name);
    if (!port) {
      const view = tape.allocate([options.batchSize, options.program.length, ...perToken]);
      port = { name, view, dtype, batched: true };
      ports.set(name, port);
    }
    const rows = views.narrow(port.view, 1, stretch.token, stretch.steps * step.tokens);
    const value = block.value(node);
    if (step.unit === 'token') emit.emitCopy(tape, swapSteps(rows), value);
    else emit.emitCopy(tape, rows, views.select(value, 0, 0));
  }
}
