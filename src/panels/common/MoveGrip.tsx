/**
 * The grip that an instrument is moved by: dragged, or with the arrow keys. Where it would be put down is shown as a line
 * between two instruments; nothing moves before it is let go.
 */
import { useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import type { InstrumentId, Place } from '../../state/layout-store.ts';
import { instrumentIds, moveInstrument } from '../../state/layout-store.ts';
import styles from './MoveGrip.module.css';

interface MoveGripProps {
  readonly id: InstrumentId;
  readonly title: string;
}

interface Target extends Place {
  readonly element: HTMLElement;
}

export function MoveGrip({ id, title }: MoveGripProps) {
  const target = useRef<Target | null>(null);
  const [spoken, setSpoken] = useState('');

  const aim = (next: Target | null): void => {
    if (target.current) delete target.current.element.dataset['drop'];
    if (next) next.element.dataset['drop'] = next.side;
    target.current = next;
  };
  const press = (event: KeyboardEvent<HTMLButtonElement>): void => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === 'Escape') aim(null);
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    // The page's own arrow keys rest.
    event.stopPropagation();
    const grip = event.currentTarget;
    const places = placesBeside(grip);
    const at = places.findIndex((place) => place.contains(grip));
    const beside = places[at + step];
    if (!beside) {
      setSpoken(`${title} is already ${step < 0 ? 'first' : 'last'}.`);
      return;
    }
    moveInstrument(id, { beside: idOf(beside), side: step < 0 ? 'before' : 'after' });
    setSpoken(`${title} is now ${at + step + 1} of ${places.length}.`);
    // Elements that change places lose the focus.
    requestAnimationFrame(() => {
      grip.focus();
      grip.scrollIntoView({ block: 'nearest' });
    });
  };
  const drag = (event: PointerEvent<HTMLButtonElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    scrollNear(event.currentTarget, event.clientY);
    aim(targetAt(event.currentTarget, event.clientY));
  };
  const drop = (): void => {
    const place = target.current;
    aim(null);
    if (place) moveInstrument(id, { beside: place.beside, side: place.side });
  };
  return (
    <>
      <button
        type="button"
        className={styles['grip']}
        aria-label={`Move ${title}`}
        title="Drag to another place, or press the up and down arrow keys"
        onKeyDown={press}
        onPointerDown={(event) => {
          if (event.button === 0) event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        onPointerUp={drop}
        onPointerCancel={() => aim(null)}
      >
        <svg viewBox="0 0 8 14" aria-hidden="true">
          {[2, 7, 12].flatMap((y) => [2, 6].map((x) => <circle key={`${x} ${y}`} cx={x} cy={y} r="1.1" />))}
        </svg>
      </button>
      <span className="visuallyHidden" role="status">
        {spoken}
      </span>
    </>
  );
}

const idOf = (element: HTMLElement): InstrumentId =>
  instrumentIds.find((id) => id === element.dataset['instrument'])!;

/** The instruments of the same region, as they stand. */
function placesBeside(grip: HTMLElement): HTMLElement[] {
  const own = grip.closest('[data-instrument]');
  return [...(own?.parentElement?.children ?? [])].filter(
    (element): element is HTMLElement =>
      element instanceof HTMLElement && element.dataset['instrument'] !== undefined,
  );
}

/** Between which instruments a height on the screen lies; null where the dragged one is already. */
function targetAt(grip: HTMLElement, y: number): Target | null {
  const places = placesBeside(grip);
  const own = places.findIndex((place) => place.contains(grip));
  const above = places.filter((place) => {
    const { top, height } = place.getBoundingClientRect();
    return top + height / 2 < y;
  }).length;
  if (above === own || above === own + 1) return null;
  const [element, side] =
    above < own ? [places[above]!, 'before' as const] : [places[above - 1]!, 'after' as const];
  return { element, beside: idOf(element), side };
}

/** Pixels from the edge of the region where dragging scrolls it, and how far. */
const edge = { room: 48, step: 14 };

function scrollNear(grip: HTMLElement, y: number): void {
  const region = grip.closest('[data-instrument]')?.parentElement;
  if (!region) return;
  const { top, bottom } = region.getBoundingClientRect();
  if (y < Math.max(0, top) + edge.room) region.scrollBy(0, -edge.step);
  else if (y > Math.min(window.innerHeight, bottom) - edge.room) region.scrollBy(0, edge.step);
}
