/** Commands that take a run out of the page, bring one back, or share it. */
import type { Definition } from './actions.ts';
import { layoutStore } from './layout-store.ts';
import { shareLink } from './share.ts';
import type { Playground } from './playground.ts';
import { runStore, tell } from './run-store.ts';
import { exportFile, openRunDialog } from './travel.ts';
import { travelStore } from './travel-store.ts';
import type { ExportForm } from './travel-store.ts';

export type FileActionId =
  | 'exportStep'
  | 'exportSequence'
  | 'exportWeights'
  | 'exportBundle'
  | 'openRun'
  | 'library'
  | 'share'
  | 'copyLink';

function needsRun(): string | null {
  const { run, configuring } = runStore.getState();
  return configuring ? 'The run is being prepared.' : run ? null : 'There is no run yet.';
}

function whenNoneIsWritten(): string | null {
  const { stage } = travelStore.getState();
  return needsRun() ?? (stage === 'writing' || stage === 'proving' ? 'A file is being written.' : null);
}

export function fileActions(playground: Playground): Record<FileActionId, Definition> {
  const exporting = (form: ExportForm, label: string, explanation: string): Definition => ({
    label,
    explanation,
    unavailable: whenNoneIsWritten,
    perform: () => void exportFile(playground, form),
  });
  return {
    exportBundle: exporting(
      'bundle',
      'Save run',
      'Weights, optimizer, settings, metrics, pictures and origin in one file. It opens here again and goes on.',
    ),
    exportStep: exporting(
      'step',
      'Export ONNX step',
      'One step: input and state in, output and next state out, inner values too. Checked in onnxruntime.',
    ),
    exportSequence: exporting(
      'sequence',
      'Export ONNX sequence',
      'A whole sequence of any length in one call. Checked in onnxruntime.',
    ),
    exportWeights: exporting(
      'weights',
      'Export weights',
      'The parameters by name as safetensors, for Python and others.',
    ),
    openRun: {
      label: 'Open run file',
      explanation:
        'Opens a run that was saved or exported here; dropping the file on the page does the same.',
      unavailable: needsRun,
      perform: () => openRunDialog(playground),
    },
    library: {
      label: 'Run library',
      explanation: 'Every run that this browser keeps: open, continue, name, copy, delete.',
      shortcut: 'l',
      unavailable: () => (playground.library ? null : 'This browser keeps nothing for the page.'),
      perform: () => layoutStore.setState({ dialog: 'library' }),
    },
    share: {
      label: 'Share link',
      explanation:
        'A link and a QR code that open the same settings, cursors and instrument elsewhere; weights are not in it.',
      shortcut: 's',
      unavailable: needsRun,
      perform: () => layoutStore.setState({ dialog: 'share' }),
    },
    copyLink: {
      label: 'Copy link',
      explanation: 'Copies the link to this run’s settings.',
      unavailable: needsRun,
      perform: () => void copyLink(),
    },
  };
}

async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(shareLink());
    tell('notice', {
      code: 'link-copied',
      message: 'The link is copied.',
      kept: 'It holds the settings, the seed, the cursors and the instrument that fills the page; not the weights.',
      remedy: '',
    });
  } catch {
    tell('failure', {
      code: 'not-copied',
      message: 'The browser did not let the page copy.',
      kept: 'The link is shown instead.',
      remedy: 'Copy it from there.',
    });
    layoutStore.setState({ dialog: 'share' });
  }
}
