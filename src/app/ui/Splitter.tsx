/**
 * The border between two regions: dragged, moved by the arrow keys, put back by a double click or Enter. The width is a
 * custom property of the page, so that dragging renders nothing but this.
 */
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { useStore } from 'zustand';
import { layoutStore } from '../../state/layout-store.ts';
import styles from './Splitter.module.css';

const borders = {
  /** The settings are left of their border, the progress is right of it. */
  settings: { key: 'settingsWidth', side: 1, label: 'Width of the settings', least: 240 },
  progress: { key: 'progressWidth', side: -1, label: 'Width of the progress', least: 280 },
} as const;

const most = 720;
const keyStep = 16;

export function Splitter({ border }: { readonly border: keyof typeof borders }) {
  const { key, side, label, least } = borders[border];
  const element = useRef<HTMLDivElement>(null);
  const chosen = useStore(layoutStore, (layout) => layout[key]);
  const dragged = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const [shown, setShown] = useState(chosen ?? least);

  useEffect(() => {
    const { style } = document.documentElement;
    if (chosen === null) style.removeProperty(`--${border}-chosen`);
    else style.setProperty(`--${border}-chosen`, `${chosen}px`);
  }, [border, chosen]);
  useEffect(() => {
    // What is there may be less than what was chosen, where the window is narrow.
    const update = (): void => setShown(Math.round(widthOf(element.current, side)));
    const measure = new ResizeObserver(update);
    const region = element.current?.parentElement;
    if (region) measure.observe(region);
    const frame = requestAnimationFrame(update);
    return () => {
      measure.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [side, chosen]);

  const set = (width: number | null): void =>
    layoutStore.setState({
      [key]: width === null ? null : Math.round(Math.max(least, Math.min(most, width))),
    });
  const press = (event: KeyboardEvent): void => {
    // Keys may come faster than what is shown is measured.
    const from = layoutStore.getState()[key] ?? shown;
    const moves: Readonly<Record<string, number | null>> = {
      ArrowLeft: from - side * keyStep,
      ArrowRight: from + side * keyStep,
      Home: least,
      End: most,
      Enter: null,
    };
    const width = moves[event.key];
    if (width === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    // The page's own arrow keys rest.
    event.stopPropagation();
    set(width);
  };
  const move = (event: PointerEvent): void => {
    if (dragged.current) set(dragged.current.width + side * (event.clientX - dragged.current.x));
  };
  return (
    <div
      ref={element}
      className={`${styles['splitter']} ${styles[border]}`}
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={shown}
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuetext={`${shown} pixels`}
      title="Drag to resize; double click or Enter for the usual width"
      onKeyDown={press}
      onDoubleClick={() => set(null)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = { x: event.clientX, width: widthOf(event.currentTarget, side) };
      }}
      onPointerMove={move}
      onLostPointerCapture={() => (dragged.current = null)}
    />
  );
}

/** Of the region whose border it is. */
function widthOf(element: HTMLElement | null, side: 1 | -1): number {
  const parent = element?.parentElement?.getBoundingClientRect();
  const own = element?.getBoundingClientRect();
  if (!parent || !own) return 0;
  const middle = own.left + own.width / 2;
  return side === 1 ? middle - parent.left : parent.right - middle;
}
