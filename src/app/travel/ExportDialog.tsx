/** What was written to a file, and how far onnxruntime is from the page when it runs that file. */
import { format } from 'd3-format';
import { useStore } from 'zustand';
import { travelStore } from '../../state/travel-store.ts';
import type { ExportForm, Proof } from '../../state/travel-store.ts';
import { Dialog } from '../ui/Dialog.tsx';
import styles from './ExportDialog.module.css';
import { sizeText } from './size-text.ts';

const contents: Readonly<Record<ExportForm, string>> = {
  step: 'One step of the model as ONNX (opset 21): inputs and past states in, outputs, present states and inner values out. It opens in Netron and onnxruntime, and here again.',
  sequence:
    'Whole sequences in one call, as ONNX (opset 21), of any batch size and length. It opens in Netron and onnxruntime, and here again.',
  weights: 'The parameters by name as safetensors, with the settings that they belong to.',
  bundle:
    'The whole run as safetensors: weights, optimizer, settings, metrics, evaluations, and where and when it was trained. Drop it on this page to go on.',
};

export function ExportDialog() {
  const { stage, file, proof } = useStore(travelStore);
  return (
    <Dialog title="Export">
      {file ? (
        <>
          <p className={styles['file']}>
            <strong>{file.name}</strong> {sizeText(file.size)}, in your downloads
          </p>
          <p className={styles['about']}>{contents[file.form]}</p>
        </>
      ) : (
        <p role="status">The file is being written …</p>
      )}
      {(file?.form === 'step' || file?.form === 'sequence') && (
        <div className={styles['proof']} aria-live="polite">
          {stage === 'proving' && (
            <p>
              onnxruntime is loading the file and running a held-out batch through it; training waits
              meanwhile …
            </p>
          )}
          {stage === 'failed' && (
            <p className={styles['fail']}>
              The file could not be checked: a message on the page says why. The file itself was written.
            </p>
          )}
          {proof && <Verdict proof={proof} />}
        </div>
      )}
    </Dialog>
  );
}

const difference = format('.1e');

function Verdict({ proof }: { readonly proof: Proof }) {
  const { passed, steps, tokens, sequences, outputs, state, scaled, tolerance } = proof;
  return (
    <>
      <p className={passed ? styles['pass'] : styles['fail']} data-testid="proof" data-passed={passed}>
        <strong>{passed ? '✓ The file agrees with the page' : '✗ The file differs from the page'}</strong>
      </p>
      <dl>
        <dt>Run through both</dt>
        <dd>
          {sequences} held-out sequences, {steps} {steps === 1 ? 'step' : 'steps'}
          {steps === tokens ? '' : ` (${tokens} tokens)`}, state carried
        </dd>
        <dt>Largest difference of an output</dt>
        <dd>{number(outputs)}</dd>
        <dt>Largest difference of the final state</dt>
        <dd>{number(state)}</dd>
        <dt>Relative to values above 1</dt>
        <dd>
          {number(scaled)}, passes up to {number(tolerance)}
        </dd>
      </dl>
    </>
  );
}

const number = (value: number): string =>
  Number.isFinite(value) ? (value === 0 ? '0' : difference(value)) : 'not a number';
