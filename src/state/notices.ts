/** What the page tells of runs that come and go. */
import type { ReadRun } from '../worker/protocol.ts';
import { formatNumber } from './differences.ts';
import { tell } from './run-store.ts';

export function tellUndo(code: string, message: string, kept: string): void {
  tell('notice', { code, message, kept, remedy: 'Undo brings it back.' }, 'undo');
}

/** @param undoable the run before had been trained */
export function tellImported(
  fileName: string,
  { checkpoint, optimizer }: Pick<ReadRun, 'checkpoint' | 'optimizer'>,
  undoable: boolean,
): void {
  const notice = {
    code: 'run-imported',
    message: `“${fileName}” is open at step ${formatNumber(checkpoint.step)}.`,
    kept: optimizer
      ? 'Training goes on as if it had never stopped.'
      : 'The file has no optimizer state: training goes on with fresh moments.',
    remedy: undoable ? 'Undo brings the run before back.' : '',
  };
  tell('notice', notice, undoable ? 'undo' : undefined);
}
