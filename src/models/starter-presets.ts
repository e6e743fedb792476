/** The presets that every model has: copy, recall and your own text, small enough to learn within minutes on a laptop. */
import type { FieldValues } from '../foundation/fields.ts';
import type { Preset } from './model.ts';

export interface Starter {
  readonly modelId: string;
  readonly modelName: string;
  /** Model fields for all three; each task may add its own. */
  readonly model?: FieldValues;
  readonly copy?: Partial<Pick<Preset, 'model' | 'training'>>;
  readonly recall?: Partial<Pick<Preset, 'model' | 'training'>>;
  readonly text?: Partial<Pick<Preset, 'model' | 'training'>>;
}

export function starterPresets(starter: Starter): readonly Preset[] {
  const { modelId, modelName } = starter;
  const preset = (
    id: 'copy' | 'recall' | 'text',
    label: string,
    explanation: string,
    task: Preset['task'],
    training: FieldValues,
  ): Preset => ({
    id: `${modelId}-${id}`,
    label: `${modelName} · ${label}`,
    explanation,
    task,
    model: { ...starter.model, ...starter[id]?.model },
    training: { ...training, ...starter[id]?.training },
  });
  return [
    preset(
      'copy',
      'copy',
      'One to five symbols, then the same again.',
      { id: 'copy', fields: { minimumLength: 1, maximumLength: 5 } },
      { steps: 2000, learningRate: 3e-3 },
    ),
    preset(
      'recall',
      'recall',
      'Pairs of a key and a value, then some keys again: which value belonged to each?',
      { id: 'associative-recall', fields: { pairs: 3, queries: 2, distractors: 2 } },
      { steps: 2000, learningRate: 3e-3 },
    ),
    preset(
      'text',
      'your text',
      'Predict the next character of a text file that you drop on the page.',
      { id: 'text', fields: {} },
      { steps: 5000, learningRate: 2e-3 },
    ),
  ];
}
