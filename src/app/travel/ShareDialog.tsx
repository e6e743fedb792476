/** The link to this run's settings, to copy or to photograph. */
import { useEffect, useMemo, useState } from 'react';
import { shareLink } from '../../state/share.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import styles from './ShareDialog.module.css';

export function ShareDialog() {
  const link = useMemo(() => shareLink(), []);
  return (
    <Dialog title="Share">
      <p>
        The link opens the same task, model, training settings and seed, at the same sequence, position and
        training step, so it trains to the same numbers. Weights and texts of yours are not in it.
      </p>
      <div className={styles['link']}>
        <input
          type="text"
          readOnly
          aria-label="Link"
          value={link}
          onFocus={(event) => event.target.select()}
        />
        <ActionButton id="copyLink" look="primary" />
      </div>
      <QrCode text={link} />
    </Dialog>
  );
}

/** Modules of quiet zone around the code: readers need it. */
const border = 4;

function QrCode({ text }: { readonly text: string }) {
  const [rows, setRows] = useState<readonly (readonly boolean[])[] | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let wanted = true;
    void import('uqr').then(
      ({ encode }) => {
        if (!wanted) return;
        try {
          setRows(encode(text, { ecc: 'L', border }).data);
        } catch {
          setProblem('The link is too long for a QR code; copy it instead.');
        }
      },
      () => wanted && setProblem('The QR code could not be loaded; copy the link instead.'),
    );
    return () => {
      wanted = false;
    };
  }, [text]);
  if (problem !== '') return <p role="status">{problem}</p>;
  if (!rows) return <p role="status">The QR code is being drawn …</p>;
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg
      className={styles['code']}
      role="img"
      aria-label="QR code of the link"
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      shapeRendering="crispEdges"
    >
      <path d={`M0 0h${rows.length}v${rows.length}H0z`} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
