/** A run as a file that leaves the page, and back. Loaded when first needed, for it brings protobuf along. */
import type { ExecutorName } from '../executors/executor.ts';
import { readAnyFile, writeBundle } from '../interchange/bundle.ts';
import { writeModelFile } from '../interchange/model-file.ts';
import type { ModelFile } from '../interchange/model-file.ts';
import { untrained } from '../training/checkpoint.ts';
import type { PreparedRun } from '../training/run-config.ts';
import type { Checkpoint, Snapshot } from '../training/run.ts';
import type { ExportedFile, ExportForm, ReadRun } from './protocol.ts';
import { checkpointOf, presetOf, recordOf } from './run-record.ts';

export interface ExportOptions {
  readonly form: ExportForm;
  /** AdamW's moments too: training then goes on as if it had never stopped. A run bundle always has them. */
  readonly optimizer: boolean;
  readonly presetId: string;
  readonly executor: ExecutorName;
  /** A run bundle holds them. */
  readonly snapshots?: readonly Snapshot[];
}

const endings: Readonly<Record<ExportForm, string>> = {
  step: 'step.onnx',
  sequence: 'sequence.onnx',
  weights: 'weights.safetensors',
  bundle: 'run.safetensors',
};

export function exportRun(
  run: PreparedRun,
  checkpoint: Checkpoint,
  { form, optimizer, presetId, executor, snapshots = [] }: ExportOptions,
): ExportedFile {
  const { parameters, ...moments } = checkpoint.training;
  const facts = {
    presetId,
    vocabulary: run.task.vocabulary,
    provenance: { commit: __COMMIT__, date: new Date(checkpoint.savedAt).toISOString(), executor },
  };
  const file: ModelFile = {
    modelId: run.model.id,
    config: run.modelConfig,
    parameters,
    run: recordOf(checkpoint, facts, form !== 'weights'),
    optimizer: optimizer || form === 'bundle' ? moments : null,
    snapshots: form === 'bundle' ? snapshots : [],
  };
  const onnx = form === 'step' || form === 'sequence';
  return {
    name: `${run.model.id}-${run.config.task.id}-${checkpoint.step}.${endings[form]}`,
    form,
    step: checkpoint.step,
    bytes: onnx ? writeModelFile(file, { form, taps: form === 'step' }) : writeBundle(file),
  };
}

/** @throws PlaygroundError what `readAnyFile` and `checkpointOf` say of the file. */
export function importRun(bytes: Uint8Array): ReadRun {
  const { parameters, optimizer, run, snapshots = [] } = readAnyFile(bytes);
  const training = optimizer ? { parameters, ...optimizer } : untrained(parameters);
  const checkpoint = checkpointOf(run, training);
  return { checkpoint, presetId: presetOf(run), optimizer: optimizer !== null, snapshots };
}
