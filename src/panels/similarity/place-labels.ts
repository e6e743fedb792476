/** Where words can stand in a plot without covering other words or lying across a curve that they do not name. */
import type { Box } from '../common/picture.ts';
import { textWidth } from '../common/text.ts';

/** A curve as its height at a place, both in pixels. */
export type Curve = (x: number) => number;

export interface Label {
  readonly text: string;
  readonly size: number;
  /** The end of the text that `anchor` names, and its middle line. */
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end';
}

/** The room that a label takes, in the widest of the fonts that pages are shown in. */
export function labelBox({ text, size, x, y, anchor }: Label): Box {
  const width = textWidth(text, size) * 1.2;
  return { x: anchor === 'start' ? x : x - width, y: y - size / 2 - 1, width, height: size + 2 };
}

const apart = (a: Box, b: Box): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

/** Looked at so often along its width. */
const samples = 12;

/** Whether a curve passes through the box, or from one side of it to the other between two looks. */
function crosses(curve: Curve, box: Box): boolean {
  let before = 0;
  for (let i = 0; i <= samples; i++) {
    const y = curve(box.x + (box.width * i) / samples);
    const side = y < box.y ? -1 : y > box.y + box.height ? 1 : 0;
    if (side === 0 || (i > 0 && side !== before)) return true;
    before = side;
  }
  return false;
}

/** The first of the candidates that is free of the boxes and the curves, or null. */
export function freeLabel<T extends Label>(
  candidates: readonly T[],
  taken: readonly Box[],
  curves: readonly Curve[],
): T | null {
  return (
    candidates.find((label) => {
      const box = labelBox(label);
      return taken.every((other) => apart(box, other)) && !curves.some((curve) => crosses(curve, box));
    }) ?? null
  );
}
