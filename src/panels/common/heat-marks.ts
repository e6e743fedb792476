/** The shared cursor and the traced event, drawn alike in all pictures so that the eye finds them again. */
import type { Palette } from './palette.ts';
import type { Box, Mark } from './picture.ts';

const frame = ({ x, y, width, height }: Box, stroke: string, palette: Palette): Mark[] => [
  // The halo lets the frame stand out from any colour below.
  { kind: 'rect', x, y, width, height, radius: 3, stroke: palette.surface, strokeWidth: 4, opacity: 0.75 },
  { kind: 'rect', x, y, width, height, radius: 3, stroke, strokeWidth: 2 },
];

export function cursorFrame({ x, y, width, height }: Box, palette: Palette): Mark[] {
  return frame({ x: x - 1, y: y - 1, width: width + 2, height: height + 2 }, palette.accent, palette);
}

export function traceFrame(box: Box, palette: Palette): Mark[] {
  return frame(box, palette.trace, palette);
}

/** Hairlines between cells, where cells are large enough to be told apart. */
export function gridLines(box: Box, columns: number, rows: number, palette: Palette): Mark[] {
  const width = box.width / columns;
  const height = box.height / rows;
  if (Math.min(width, height) < 6) return [];
  let d = '';
  for (let i = 1; i < columns; i++) d += `M${box.x + i * width} ${box.y}v${box.height}`;
  for (let i = 1; i < rows; i++) d += `M${box.x} ${box.y + i * height}h${box.width}`;
  return [{ kind: 'path', d, stroke: palette.surface, strokeWidth: 0.75, opacity: 0.35 }];
}
