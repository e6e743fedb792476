/** What a training session tells while it lives. */
import type { Failure } from '../foundation/errors.ts';
import type { GeneralisationGrid, GridProgress } from './grid/grid.ts';
import type {
  Checkpoint,
  Evaluation,
  MetricPoint,
  Rehearsal,
  Snapshot,
  TimeGradient,
  UpdateReport,
} from './run.ts';

export type SessionState = 'paused' | 'training' | 'finished';

export type SessionEvent =
  /** The first event: weights are in place and the training program is compiled. */
  | { readonly type: 'opened'; readonly step: number }
  | { readonly type: 'state'; readonly state: SessionState; readonly step: number }
  /** One update was made. */
  | { readonly type: 'step'; readonly step: number; readonly loss: number }
  | { readonly type: 'metrics'; readonly point: MetricPoint }
  /** One batch of an evaluation or of a grid was run, or a part of a gradient through time. */
  | { readonly type: 'measuring' }
  | { readonly type: 'evaluation'; readonly evaluation: Evaluation }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'timeGradient'; readonly gradient: TimeGradient }
  | { readonly type: 'grid'; readonly grid: GeneralisationGrid }
  /** null: no grid is being measured any more; with a failure where it could not be. */
  | { readonly type: 'gridProgress'; readonly progress: GridProgress | null; readonly failure?: Failure }
  | { readonly type: 'rehearsal'; readonly rehearsal: Rehearsal }
  /** After the one step that was asked for by `update`. */
  | { readonly type: 'update'; readonly update: UpdateReport }
  /** Its arrays are the session's own, to go back to: copy them to change or move them. */
  | { readonly type: 'checkpoint'; readonly checkpoint: Checkpoint }
  /** The run went back: to its start, or to the checkpoint whose metrics these are. */
  | {
      readonly type: 'restarted';
      readonly step: number;
      readonly metrics: readonly MetricPoint[];
      readonly evaluations: readonly Evaluation[];
      readonly grids: readonly GeneralisationGrid[];
    }
  | { readonly type: 'stopped'; readonly failure: Failure };
