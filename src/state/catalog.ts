/** What can be chosen: the shelves of tasks and models, and the settings of training. Metadata only. */
import type { Fields } from '../foundation/fields.ts';
import type { ModelDefinition } from '../models/model.ts';
import { listedModels } from '../models/registry.ts';
import { tasks } from '../tasks/registry.ts';
import type { TaskDefinition } from '../tasks/task.ts';
import { trainingFields } from '../training/config.ts';

export interface Catalog {
  readonly models: readonly ModelDefinition[];
  readonly tasks: readonly TaskDefinition[];
  readonly training: Fields;
}

export const catalog: Catalog = { models: listedModels, tasks, training: trainingFields };
