/** The backward half of the reference evaluator: back-propagation through a whole sequence, in double precision. */
import { differentiate, differentiatePrologue, prologueTargets } from './differentiate.ts';
import type { EvaluatedStep, EvaluationBatch, DenseMap, NumericTensorMap, Values } from './evaluate.ts';
import { evaluateNodes, runForward, sampleOf, totalLoss } from './evaluate.ts';
import type { Contribution, StepGradient } from './gradient.ts';
import type { GraphNode, Program } from './types.ts';
import { elementCount } from './types.ts';

export interface EvaluatedGradients {
  readonly loss: number;
  /** For every parameter of the program. */
  readonly gradients: DenseMap;
  /** [B, …], for the f32 states that the batch brought along. */
  readonly stateGradients: DenseMap;
}

/** The loss and its gradients. */
export function evaluateGradients(
  program: Program,
  parameters: NumericTensorMap,
  batch: EvaluationBatch,
): EvaluatedGradients {
  const steps = runForward(program, parameters, batch);
  const backward = new Backward(program, batch);
  for (const step of steps.toReversed()) backward.addStep(step);
  const stateGradients = backward.leaveStart(steps[0]!);
  const gradients = backward.parameterGradients(steps);
  return { loss: totalLoss(steps, batch.size), gradients, stateGradients };
}

/** Adjoints of the states travel from step to step; what belongs to unbatched values gathers until the end. */
class Backward {
  readonly #program: Program;
  readonly #batch: EvaluationBatch;
  readonly #gradients: readonly StepGradient[];
  /** For each variant, the adjoints of its unbatched values. */
  readonly #shared: readonly Map<number, Float64Array>[];
  /** Adjoints [B, …] of the states handed to the step done last; absent: zero. */
  #states = new Map<string, Float64Array>();

  constructor(program: Program, batch: EvaluationBatch) {
    this.#program = program;
    this.#batch = batch;
    this.#gradients = program.variants.map(differentiate);
    this.#shared = program.variants.map(() => new Map());
  }

  addStep({ variant, values: forward }: EvaluatedStep): void {
    const { size } = this.#batch;
    const { nodes, states, lossAdjoint, contributions } = this.#gradients[variant]!;
    const values = [...forward];
    if (lossAdjoint !== null) values[lossAdjoint] = new Float64Array(size).fill(1);
    for (const { name, nextAdjoint } of states) {
      const count = size * elementCount(nodes[nextAdjoint]!.shape);
      values[nextAdjoint] = this.#states.get(name) ?? new Float64Array(count);
    }
    evaluateNodes(nodes, size, values);
    for (const contribution of contributions) {
      const total = this.#sharedAdjoint(variant, contribution.target);
      for (let b = 0; b < size; b++)
        addTo(total, contributionOf(contribution, nodes, values, b, total.length));
    }
    this.#states = new Map(
      states.flatMap(({ name, adjoint }) => (adjoint === null ? [] : [[name, values[adjoint]!]])),
    );
  }

  /** Hands the adjoints at the start to the start values, or returns them for states that the batch brought along. */
  leaveStart({ graph, variant }: EvaluatedStep): DenseMap {
    const { size, state: given = {} } = this.#batch;
    const stateGradients: DenseMap = {};
    for (const { name, shape, dtype, start } of graph.states) {
      if (dtype !== 'f32') continue;
      const count = elementCount(shape);
      const adjoint = this.#states.get(name) ?? new Float64Array(size * count);
      if (given[name]) stateGradients[name] = { shape: [size, ...shape], data: adjoint };
      else {
        const total = this.#sharedAdjoint(variant, start);
        for (let b = 0; b < size; b++) addTo(total, adjoint.subarray(b * count, (b + 1) * count));
      }
    }
    return stateGradients;
  }

  parameterGradients(steps: readonly EvaluatedStep[]): DenseMap {
    const totals: DenseMap = {};
    for (const { name, shape } of this.#program.parameters) {
      totals[name] = { shape, data: new Float64Array(elementCount(shape)) };
    }
    for (const [variant, graph] of this.#program.variants.entries()) {
      const step = steps.find((candidate) => candidate.variant === variant);
      if (!step) continue;
      const gradient = differentiatePrologue(graph, prologueTargets(graph, this.#gradients[variant]!));
      const values = [...step.values];
      for (const { target, adjoint } of gradient.values)
        values[adjoint] = this.#sharedAdjoint(variant, target);
      evaluateNodes(gradient.nodes, 1, values);
      for (const { name, adjoint } of gradient.parameters) addTo(totals[name]!.data, values[adjoint]!);
    }
    return totals;
  }

  #sharedAdjoint(variant: number, target: number): Float64Array {
    const shared = this.#shared[variant]!;
    const known = shared.get(target);
    if (known) return known;
    const { shape } = this.#program.variants[variant]!.nodes[target]!;
    const fresh = new Float64Array(elementCount(shape));
    shared.set(target, fresh);
    return fresh;
  }
}

/** What one sample contributes to an unbatched value of `count` elements. */
function contributionOf(
  contribution: Contribution,
  nodes: readonly GraphNode[],
  values: Values,
  b: number,
  count: number,
): Float64Array {
  const sample = (id: number): ReturnType<typeof sampleOf> => sampleOf(nodes[id]!, values, b);
  switch (contribution.kind) {
    case 'sum':
      return sample(contribution.value).data;
    case 'product': {
      const left = sample(contribution.left);
      const right = sample(contribution.right);
      const k = left.shape.at(-1)!;
      const n = right.shape.at(-1)!;
      const total = new Float64Array(count);
      for (let m = 0; m < left.data.length / k; m++) {
        for (let i = 0; i < count; i++) {
          total[i]! += left.data[m * k + Math.floor(i / n)]! * right.data[m * n + (i % n)]!;
        }
      }
      return total;
    }
    case 'scatter': {
      const rows = sample(contribution.rows);
      const width = rows.shape.at(-1)!;
      const total = new Float64Array(count);
      sample(contribution.indices).data.forEach((index, row) => {
        for (let c = 0; c < width; c++) total[index * width + c]! += rows.data[row * width + c]!;
      });
      return total;
    }
  }
}

function addTo(total: Float64Array, part: Float64Array): void {
  part.forEach((value, i) => (total[i]! += value));
}
