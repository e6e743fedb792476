/** What was written to a file, and how far onnxruntime is from the page when it runs that file. */
import { format } from 'd3-format';
import { useStore } from 'zustand';
import { travelStore } from '../../state/travel-store.ts';
import type { ExportForm, Proof, Rounding } from '../../state/travel-store.ts';
import { Dialog } from '../ui/Dialog.tsx';
import styles from './ExportDialog.module.css';
import { sizeText } from './size-text.ts';

const contents: Readonly<Record<ExportForm, string>> = {
  step: 'One step of the model as ONNX (opset 21): inputs and past states in, outputs, present states and inner values out. It opens in Netron and onnxruntime, and here again.',
  sequence:
    'Whole sequences in one call, as ONNX (opset 21), of any batch size and length. It opens in Netron and onnxruntime, and here again.',
  weights: 'The parameters by name as safetensors, with the settings that they belong to.',
  bundle:
    'The whole run as safetensors: weights, optimizer, settings, metrics, evaluations, the pictures of earlier steps, and where and when it was trained. Drop it on this page to go on.',
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
  const { passed, steps, tokens, sequences, outputs, state, scaled, tolerance, rounding } = proof;
  return (
    <>
      <p className={passed ? styles['pass'] : styles['fail']} data-testid="proof" data-passed={passed}>
        <strong>{verdictText(proof)}</strong>
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
        <dt>Relative, where values are above 1</dt>
        <dd>
          {number(scaled)}, passes up to {number(tolerance)}
        </dd>
      </dl>
      {rounding && <Precision rounding={rounding} tolerance={tolerance} />}
    </>
  );
}

function verdictText({ passed, rounding, tolerance }: Proof): string {
  if (passed) return '✓ The file agrees with the page';
  return rounding?.explains
    ? `✗ Not proven to ${number(tolerance)}: these weights amplify rounding`
    : '✗ The file differs from the page';
}

interface PrecisionProps {
  readonly rounding: Rounding;
  readonly tolerance: number;
}

/** Why a difference beyond the limit is, or is not, rounding. */
function Precision({ rounding, tolerance }: PrecisionProps) {
  const { file, page, sensitivity, allowed, explains } = rounding;
  return (
    <>
      <p className={styles['about']}>
        {explains
          ? `In double precision, weights that differ in their last digit alone already move the result. The file and the page are both about as near to the exact result as that lets them be, so two programs in float32 cannot be expected to agree to ${number(tolerance)} here.`
          : 'Rounding does not explain this: in double precision, the last digits of the weights move the result by less.'}
      </p>
      <dl>
        <dt>From the exact result: file</dt>
        <dd>{number(file)}</dd>
        <dt>From the exact result: page</dt>
        <dd>{number(page)}</dd>
        <dt>Last digits of the weights move it by</dt>
        <dd>
          {number(sensitivity)}, which explains up to {number(allowed)}
        </dd>
      </dl>
    </>
  );
}

const number = (value: number): string =>
  Number.isFinite(value) ? (value === 0 ? '0' : difference(value)) : 'not a number';
