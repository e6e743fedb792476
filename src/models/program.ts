/** From a model's definition to the program of a whole sequence: one step graph for each situation, a loss at the end. */
import type { FieldValues } from '../foundation/fields.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { ParameterSpec, Program, Shape, StepGraph } from '../graph/types.ts';
import { attachLoss } from '../graph/loss.ts';
import type { LossKind } from '../graph/loss.ts';
import type { ModelDefinition, Situation } from './model.ts';

export interface ProgramOptions {
  /** Tokens in a sequence. */
  readonly length: number;
  /** null: no loss (inference only). */
  readonly loss: LossKind | null;
  /** Shapes of a state handed in at the start; null starts from the model's start values. */
  readonly stateShapes?: Readonly<Record<string, Shape>> | null;
  /** For 'vector' models: read `tokens` and turn them one-hot inside the graph. */
  readonly oneHotTokens?: boolean;
}

/** The step graph of one situation. `config` holds fields and sizes. */
function buildStep(
  model: ModelDefinition,
  config: FieldValues,
  situation: Situation,
  options: Pick<ProgramOptions, 'loss' | 'oneHotTokens'>,
): StepGraph {
  const g = new GraphBuilder(model.unit, situation.tokens);
  if (options.oneHotTokens && model.input === 'vector') {
    const tokens = g.input('tokens', [], 'i32');
    g.alias('x', g.oneHot(tokens, config['inputSize'] as number));
  }
  model.step(g, config, situation);
  if (options.loss) attachLoss(g, model.output, options.loss, model.unit);
  return g.finish();
}

/** The whole sequence. Steps of the same situation share one variant. */
export function buildProgram(model: ModelDefinition, config: FieldValues, options: ProgramOptions): Program {
  const variants: StepGraph[] = [];
  const schedule: number[] = [];
  const known = new Map<string, number>();
  const segment =
    model.unit === 'token' ? 1 : Math.min(model.segmentLength?.(config) ?? options.length, options.length);
  let stateShapes = options.stateShapes ?? null;
  for (let start = 0; start < options.length; start += segment) {
    const tokens = Math.min(segment, options.length - start);
    const key = JSON.stringify([tokens, stateShapes]);
    let index = known.get(key);
    if (index === undefined) {
      const variant = buildStep(model, config, { tokens, first: start === 0, stateShapes }, options);
      const same = variants.findIndex((other) => JSON.stringify(other) === JSON.stringify(variant));
      index = same >= 0 ? same : variants.push(variant) - 1;
      known.set(key, index);
    }
    schedule.push(index);
    stateShapes = nextShapes(variants[index]!);
  }
  return { variants, schedule, length: options.length, parameters: unionOfParameters(variants) };
}

function nextShapes(graph: StepGraph): Record<string, Shape> {
  return Object.fromEntries(graph.states.map((state) => [state.name, graph.nodes[state.next]!.shape]));
}

function unionOfParameters(variants: readonly StepGraph[]): ParameterSpec[] {
  const union = new Map<string, ParameterSpec>();
  for (const variant of variants) {
    for (const parameter of variant.parameters)
      if (!union.has(parameter.name)) union.set(parameter.name, parameter);
  }
  return [...union.values()];
}
