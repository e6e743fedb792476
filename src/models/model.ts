/**
 * What every memory on the shelf is: fields, the equations of one step, and a plan that says which steps a sequence takes.
 * A definition never mentions batches, gradients, backends, buffers, plots or files.
 */
import type { Fields, FieldValues } from '../foundation/fields.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Shape } from '../graph/types.ts';

/** What one step is built for. */
export interface Situation {
  /** Tokens this step consumes: 1 for token models. */
  readonly tokens: number;
  /** True for the step that starts the sequence. */
  readonly first: boolean;
  /** Shapes of the states handed in; null where the sequence starts from the model's own start values. */
  readonly stateShapes: Readonly<Record<string, Shape>> | null;
}

export interface About {
  readonly title: string;
  /** One sentence for a tooltip. */
  readonly summary: string;
  readonly authors: string;
  readonly year: number;
  /** e.g. "arXiv 2307.15694" */
  readonly source: string;
  readonly link: string;
  /** KaTeX, one line each, with a caption. */
  readonly formulas: readonly { readonly tex: string; readonly caption: string }[];
  /** What to look for in the instruments. */
  readonly lookFor: readonly string[];
  /** Where the paper is silent or disagrees with its code, and what was chosen here. */
  readonly reconstruction: readonly string[];
}

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly explanation: string;
  readonly task: { readonly id: string; readonly fields: FieldValues };
  readonly model: FieldValues;
  readonly training: FieldValues;
}

export interface ModelDefinition {
  readonly id: string;
  readonly name: string;
  readonly fields: Fields;
  readonly about: About;
  readonly presets: readonly Preset[];
  /** False: a part of a model, kept for its golden vectors and not offered on the page. Default true. */
  readonly listed?: boolean;
  /**
   * What a step reads. 'vector': input `x` [inputSize] (tokens arrive one-hot); 'tokens': input `tokens`, i32, [] in a token
   * model and [n] in a segment model.
   */
  readonly input: 'vector' | 'tokens';
  /** 'token': one token a step. 'segment': see `segmentLength`. */
  readonly unit: 'token' | 'segment';
  /** Name of the output the loss reads: 'y' [outputSize] or 'logits' [V] (token) or [n, V] (segment). */
  readonly output: 'y' | 'logits';
  /** Tokens of a full segment, for segment models; Infinity takes the whole sequence in one step. */
  segmentLength?(config: FieldValues): number;
  /**
   * Which config keys the task decides: the sizes of input and output or of the vocabulary. They are not fields.
   */
  sizes(ends: TaskEnds): FieldValues;
  /** Says why a combination is impossible, or null. */
  problem?(config: FieldValues, ends: TaskEnds, length: number): string | null;
  /** The same config at another width, for "match parameters": every size that belongs together changes together. */
  atWidth?(config: FieldValues, width: number): FieldValues;
  /** Declares parameters, inputs, states, outputs and taps of one step. `config` holds fields and sizes. */
  step(g: GraphBuilder, config: FieldValues, situation: Situation): void;
}

/** What a task puts in and wants out. */
export type TaskEnds =
  | { readonly kind: 'tokens'; readonly vocabularySize: number; readonly outputSize: number }
  | { readonly kind: 'vectors'; readonly inputSize: number; readonly outputSize: number };
