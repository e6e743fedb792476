/** Lets the colours of a picture reach to the largest magnitude that it shows, or keep the range that they have now. */
import { Choice } from './Choice.tsx';

const scaleModes = [
  {
    value: 'automatic',
    label: 'auto',
    explanation: 'Colours reach to the largest magnitude shown.',
  },
  {
    value: 'fixed',
    label: 'hold',
    explanation: 'Colours keep the range they have now while training goes on.',
  },
] as const;

interface HoldScaleProps {
  readonly held: boolean;
  readonly onHold: (held: boolean) => void;
}

export function HoldScale({ held, onHold }: HoldScaleProps) {
  return (
    <Choice
      label="Colour scale"
      options={scaleModes}
      value={held ? 'fixed' : 'automatic'}
      onChange={(mode) => onHold(mode === 'fixed')}
    />
  );
}
