/**
 * Runs that leave the page and come back: writes files, proves them, reads them. Protobuf and onnxruntime are loaded with
 * the first file.
 */
import { PlaygroundError } from '../foundation/errors.ts';
import type { ActiveRun } from './active-run.ts';
import type { Command, FromWorker } from './protocol.ts';
import type { Exhibit } from './verify-export.ts';

type Errand = Extract<Command, { type: 'exportModel' | 'verifyModel' | 'readRunFile' }>;

export const isErrand = (command: Command): command is Errand =>
  command.type === 'exportModel' || command.type === 'verifyModel' || command.type === 'readRunFile';

export class Courier {
  /** The last ONNX file, as it was handed out, and what it was made from. */
  #exhibit: Exhibit | null = null;

  /** @param running gives the current run, or throws. */
  async run(errand: Errand, running: () => ActiveRun): Promise<FromWorker> {
    switch (errand.type) {
      case 'exportModel':
        return this.#export(errand, running());
      case 'verifyModel':
        return this.#verify(running());
      case 'readRunFile': {
        const { importRun } = await import('./export-run.ts');
        return { type: 'runRead', read: importRun(errand.bytes) };
      }
    }
  }

  async #export(
    { form, optimizer, presetId, snapshots }: Extract<Errand, { type: 'exportModel' }>,
    active: ActiveRun,
  ): Promise<FromWorker> {
    const { exportRun } = await import('./export-run.ts');
    await active.post({ type: 'saveCheckpoint' });
    const { run, checkpoint, executor } = active;
    if (!checkpoint)
      throw new PlaygroundError('nothing-to-export', 'The run has no weights yet.', 'Nothing was changed.');
    const options = { form, optimizer, presetId, snapshots, executor: executor.name };
    const file = exportRun(run, checkpoint, options);
    if (form === 'step' || form === 'sequence') {
      const { parameters } = checkpoint.training;
      this.#exhibit = { run, parameters, form, bytes: file.bytes };
    }
    return { type: 'exported', file };
  }

  async #verify(active: ActiveRun): Promise<FromWorker> {
    const exhibit = this.#exhibit;
    if (!exhibit) {
      throw new PlaygroundError(
        'nothing-exported',
        'No ONNX file has been exported yet.',
        'Nothing was changed.',
        'Export one first.',
      );
    }
    const { verifyExport } = await import('./verify-export.ts');
    const release = await active.hold();
    try {
      return { type: 'verified', proof: await verifyExport(exhibit, active.executor) };
    } finally {
      release();
    }
  }
}
