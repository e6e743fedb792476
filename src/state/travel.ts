/** Files that runs leave in, and come back in: export with proof, and telling a run's file from a text by its content. */
import { PlaygroundError, toFailure } from '../foundation/errors.ts';
import { layoutStore } from './layout-store.ts';
import type { Playground } from './playground.ts';
import { tell } from './run-store.ts';
import { settingsStore } from './settings-store.ts';
import { snapshotStore } from './snapshot-store.ts';
import { travelStore } from './travel-store.ts';
import type { ExportForm } from './travel-store.ts';
import { takeFiles } from './user-files.ts';

/** Runs of the page are far below; the worker refuses more as well. */
const largestRunFile = 256 * 1024 * 1024;
const runFileName = /\.(onnx|safetensors)$/i;
/** The browser reads a download's content after the click. */
const downloadDelay = 60_000;

/** Writes the current run to a file and hands it to the browser; an ONNX file is then run beside the executor. */
export async function exportFile({ session }: Playground, form: ExportForm): Promise<void> {
  if (travelStore.getState().stage === 'writing' || travelStore.getState().stage === 'proving') return;
  const { optimizer } = travelStore.getState();
  const { presetId } = settingsStore.getState();
  travelStore.setState({ stage: 'writing', file: null, proof: null });
  layoutStore.setState({ dialog: 'export' });
  const snapshots = form === 'bundle' ? snapshotStore.kept.all : [];
  const written = await session.exportRun({ form, optimizer, presetId, snapshots });
  if (!written) {
    travelStore.setState({ stage: 'failed' });
    layoutStore.setState({ dialog: null }); // the message says why
    return;
  }
  const { name, step, bytes } = written;
  const proving = form === 'step' || form === 'sequence';
  travelStore.setState({
    stage: proving ? 'proving' : 'idle',
    file: { name, form, step, size: bytes.length },
  });
  download(name, bytes);
  if (!proving) return;
  const proof = await session.verifyExport();
  travelStore.setState({ proof, stage: proof ? 'idle' : 'failed' });
}

function download(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(
    new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), downloadDelay);
}

/** Files that were dropped or pasted together: a run of ours, or something to train on. */
export async function takeAnyFiles(playground: Playground, files: readonly File[]): Promise<boolean> {
  try {
    const areRuns = await Promise.all(files.map(isRunFile));
    const file = files[areRuns.indexOf(true)];
    if (!file) return await takeFiles(files);
    if (files.length > 1) {
      throw new PlaygroundError(
        'several-files',
        `${files.length} files were given, and “${file.name}” is a run.`,
        'Your run is as it was.',
        'Open a run alone.',
      );
    }
    if (file.size > largestRunFile) {
      throw new PlaygroundError(
        'file-too-large',
        `“${file.name}” has ${Math.round(file.size / 2 ** 20)} MB; a run may have up to 256 MB.`,
        'Your run is as it was.',
        'Choose a file that was exported here.',
      );
    }
    return await playground.importRun(file.name, new Uint8Array(await file.arrayBuffer()));
  } catch (error) {
    tell('failure', toFailure(error));
    return false;
  }
}

/**
 * ONNX begins with the tag of its IR version, a control character; safetensors with a length below 4 GB and a brace. No text
 * and no archive begins so.
 */
async function isRunFile(file: File): Promise<boolean> {
  if (runFileName.test(file.name)) return true;
  const head = new Uint8Array(await file.slice(0, 9).arrayBuffer());
  return head[0] === 0x08 || (head[8] === 0x7b && head.subarray(4, 8).every((byte) => byte === 0));
}

/** Opens the browser's file dialog for run files. */
export function openRunDialog(playground: Playground): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.onnx,.safetensors';
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) void takeAnyFiles(playground, [file]);
  });
  input.click();
}
