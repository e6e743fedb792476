/**
 * Back-propagation through a rollout, one stretch of steps at a time. tfjs differentiates a stretch; between stretches only
 * the states, and backwards their adjoints, are handed on.
 *
 * - full: one stretch, everything is kept.
 * - truncated(h): stretches of h steps, first to last, each from the states that the one before left; no adjoint crosses.
 * - checkpointed, memoryReplay: run all steps without a tape and keep the states at the boundaries; then last to first,
 *   recompute a stretch with a tape. Its objective is its share of the loss plus Σ ⟨G, states handed on⟩, where G is
 *   the adjoint that the stretch after it left (MRBP, Memformer, Wu et al. 2022, algorithm 1). A stretch is √T steps, or one.
 *
 * The start values of the states belong to the first stretch, so what computes them gets its gradient too.
 */
import type { Strategy } from '../executor.ts';
import { add, detach, gradientsOf, mul, reshape, sumOver, tidy, zeros } from './ops.ts';
import type { Objective, Tensor } from './ops.ts';
import type { NamedTensors } from './interpreter.ts';
import type { Rollout, Stretch, StretchResult } from './rollout.ts';

export interface RolloutGradients {
  readonly loss: Tensor;
  /** For every parameter. */
  readonly parameters: NamedTensors;
  /** For every f32 state that the batch brought along. */
  readonly states: NamedTensors;
}

/** The stretches of a sequence of `steps` steps, in order. */
function stretches(strategy: Strategy, steps: number): Stretch[] {
  const length = stretchLength(strategy, steps);
  const count = Math.ceil(steps / length);
  return Array.from({ length: count }, (_, i) => ({
    first: i * length,
    end: Math.min(steps, (i + 1) * length),
  }));
}

function stretchLength(strategy: Strategy, steps: number): number {
  switch (strategy.kind) {
    case 'full':
      return Math.max(1, steps);
    case 'truncated':
      return Math.max(1, Math.floor(strategy.horizon));
    case 'checkpointed':
      return Math.max(1, Math.ceil(Math.sqrt(steps)));
    case 'memoryReplay':
      return 1;
  }
}

/** Call inside a tidy. */
export function backpropagate(
  rollout: Rollout,
  parameters: NamedTensors,
  strategy: Strategy,
  steps: number,
): RolloutGradients {
  const sweep = new Sweep(rollout, parameters);
  const parts = stretches(strategy, steps);
  if (strategy.kind === 'checkpointed' || strategy.kind === 'memoryReplay') return sweep.replay(parts);
  return sweep.forward(parts);
}

class Sweep {
  readonly #rollout: Rollout;
  readonly #parameters: NamedTensors;
  readonly #gradients = new Map<string, Tensor>();

  constructor(rollout: Rollout, parameters: NamedTensors) {
    this.#rollout = rollout;
    this.#parameters = parameters;
  }

  /** Stretch by stretch from the first; no adjoint goes from one to the one before. */
  forward(parts: readonly Stretch[]): RolloutGradients {
    let states: NamedTensors | null = null;
    let atStart: NamedTensors = new Map();
    const losses: Tensor[] = [];
    for (const part of parts) {
      const watched: NamedTensors = states === null ? this.#rollout.given : new Map();
      let names: string[] = [];
      const { aside, adjoints } = this.#differentiate(watched, () => {
        const result = this.#rollout.run(part, states, this.#parameters);
        names = [...result.states.keys()];
        const loss = result.loss ?? zeros([]);
        return { objective: loss, aside: [loss, ...result.states.values()] };
      });
      const [loss, ...handedOn] = aside as [Tensor, ...Tensor[]];
      losses.push(loss);
      if (states === null) atStart = adjoints;
      states = new Map(names.map((name, i) => [name, handedOn[i]!]));
    }
    return this.#result(losses, atStart);
  }

  /** All steps forward, keeping the states at the boundaries; then stretch by stretch from the last. */
  replay(parts: readonly Stretch[]): RolloutGradients {
    const boundaries: (NamedTensors | null)[] = [null];
    const losses: Tensor[] = [];
    for (const part of parts) {
      const { states, loss } = this.#runPlainly(part, boundaries.at(-1) ?? null);
      boundaries.push(states);
      if (loss) losses.push(loss);
    }
    let adjoints: NamedTensors = new Map();
    for (let i = parts.length - 1; i >= 0; i--) {
      const states = boundaries[i] ?? null;
      const handedBack = adjoints;
      ({ adjoints } = this.#differentiate(states ?? this.#rollout.given, () => {
        const result = this.#rollout.run(parts[i]!, states, this.#parameters);
        return { objective: innerProducts(result, handedBack), aside: [] };
      }));
    }
    return this.#result(losses, adjoints);
  }

  /** Frees everything but what the stretch hands on: one tensor for each state, even where two states have the same value. */
  #runPlainly(part: Stretch, states: NamedTensors | null): StretchResult {
    const result: { states: NamedTensors; loss: Tensor | null } = { states: new Map(), loss: null };
    tidy(() => {
      const { states: next, loss } = this.#rollout.run(part, states, this.#parameters);
      result.states = new Map([...next].map(([name, tensor]) => [name, detach(tensor)]));
      result.loss = loss;
      return [...result.states.values(), ...(loss ? [loss] : [])];
    });
    return result;
  }

  /** Adds the objective's gradients to the total; returns the adjoints of the watched f32 states, zeros where none arrived. */
  #differentiate(
    watched: NamedTensors,
    compute: () => Objective,
  ): { readonly aside: readonly Tensor[]; readonly adjoints: NamedTensors } {
    const leaves = [...watched].filter(([, { dtype }]) => dtype === 'float32');
    const names = [...this.#parameters.keys()];
    const xs = [...this.#parameters.values(), ...leaves.map(([, tensor]) => tensor)];
    const { gradients, aside } = gradientsOf(compute, xs);
    names.forEach((name, i) => {
      const gradient = gradients[i];
      const known = this.#gradients.get(name);
      if (gradient) this.#gradients.set(name, known ? add(known, gradient) : gradient);
    });
    const adjoints = leaves.map(([name, tensor], i): [string, Tensor] => [
      name,
      gradients[names.length + i] ?? zeros(tensor.shape),
    ]);
    return { aside, adjoints: new Map(adjoints) };
  }

  #result(losses: readonly Tensor[], states: NamedTensors): RolloutGradients {
    const parameters = [...this.#parameters].map(([name, tensor]): [string, Tensor] => [
      name,
      this.#gradients.get(name) ?? zeros(tensor.shape),
    ]);
    return {
      loss: losses.reduce((total, share) => add(total, share), zeros([])),
      parameters: new Map(parameters),
      states,
    };
  }
}

/** The stretch's loss plus Σ ⟨adjoint, state handed on⟩. */
function innerProducts({ loss, states }: StretchResult, adjoints: NamedTensors): Tensor {
  let total = loss ?? zeros([]);
  for (const [name, adjoint] of adjoints) {
    if (adjoint.size === 0) continue;
    const product = mul(states.get(name)!, adjoint);
    total = add(total, sumOver(reshape(product, [-1]), [0], false));
  }
  return total;
}
