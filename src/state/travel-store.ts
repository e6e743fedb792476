/** A run on its way out of the page: what was written last, and how the proof of it stands. */
import { createStore } from 'zustand/vanilla';
import type { ExportForm, Proof, Rounding } from '../worker/protocol.ts';

export type { ExportForm, Proof, Rounding };

export interface WrittenFile {
  readonly name: string;
  readonly form: ExportForm;
  readonly step: number;
  readonly size: number;
}

export interface Travel {
  /** Files hold the optimizer's moments too. */
  readonly optimizer: boolean;
  readonly stage: 'idle' | 'writing' | 'proving' | 'failed';
  readonly file: WrittenFile | null;
  readonly proof: Proof | null;
}

export const travelStore = createStore<Travel>(() => ({
  optimizer: true,
  stage: 'idle',
  file: null,
  proof: null,
}));
