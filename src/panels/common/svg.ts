/** A picture as an SVG document: for export, and for the stored references of the tests. */
import { colourOf } from './colour.ts';
import type { Palette } from './palette.ts';
import type { GroupMark, Mark, Picture, RasterMark, TextMark } from './picture.ts';

/** Two decimals: a hundredth of a pixel is not seen, and references stay small. */
const n = (value: number): string => String(Math.round(value * 100) / 100);

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text
    .replaceAll(/[&<>"]/g, (character) => entities[character]!)
    .replaceAll(/[^\P{Cc}\t\n\r]/gu, '\uFFFD'); // control characters that XML forbids
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? n(value) : escape(value!)}"`)
    .join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

export interface SvgOptions {
  /** Names the fonts; the surface becomes the background. */
  readonly palette: Palette;
}

export function svgOf(picture: Picture, { palette }: SvgOptions): string {
  const clips: string[] = [];
  const body = picture.marks.map((mark) => markElement(mark, palette, clips)).join('\n');
  const { width, height } = picture;
  const defs = clips.length > 0 ? element('defs', {}, clips.join('')) + '\n' : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" font-family="${escape(palette.sans)}">
<title>${escape(picture.summary)}</title>
${element('rect', { width, height, fill: palette.surface })}
${defs}${body}
</svg>
`;
}

function markElement(mark: Mark, palette: Palette, clips: string[]): string {
  switch (mark.kind) {
    case 'rect': {
      const { x, y, width, height, radius } = mark;
      return element('rect', { x, y, width, height, rx: radius, ...paint(mark) });
    }
    case 'line': {
      const { x1, y1, x2, y2 } = mark;
      return element('line', { x1, y1, x2, y2, ...paint(mark) });
    }
    case 'path':
      return element('path', { d: shorten(mark.d), ...paint(mark) });
    case 'text':
      return textElement(mark, palette);
    case 'raster':
      return rasterElement(mark);
    case 'group':
      return groupElement(mark, palette, clips);
  }
}

function groupElement({ x = 0, y = 0, clip, marks }: GroupMark, palette: Palette, clips: string[]): string {
  const id = `clip-${clips.length + 1}`;
  if (clip) {
    const { width, height } = clip;
    const rect = element('rect', { x: clip.x, y: clip.y, width, height });
    clips.push(element('clipPath', { id }, rect));
  }
  const inner = marks.map((part) => markElement(part, palette, clips)).join('\n');
  const transform = x === 0 && y === 0 ? undefined : `translate(${n(x)} ${n(y)})`;
  return element('g', { transform, 'clip-path': clip && `url(#${id})` }, `\n${inner}\n`);
}

interface Painted {
  readonly fill?: string;
  readonly stroke?: string;
  readonly strokeWidth?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

function paint(mark: Painted & { readonly kind: string }): Attributes {
  return {
    fill: mark.kind === 'line' ? undefined : (mark.fill ?? 'none'),
    stroke: mark.stroke,
    'stroke-width': mark.stroke ? mark.strokeWidth : undefined,
    'stroke-dasharray': mark.dash?.join(' '),
    'stroke-linejoin': mark.kind === 'path' && mark.stroke ? 'round' : undefined,
    opacity: mark.opacity,
  };
}

const shorten = (path: string): string =>
  path.replaceAll(/-?\d+\.\d{3,}(e-?\d+)?/g, (digits) => n(Number(digits)));

/** `dominant-baseline` is not understood everywhere, so the shift is worked out: half the height of an x, or of a digit. */
export const middleShift = 0.35;
export const haloWidth = 4;

function textElement(mark: TextMark, palette: Palette): string {
  const shift = mark.baseline === 'middle' ? mark.size * middleShift : 0;
  return element(
    'text',
    {
      x: mark.x,
      y: mark.y + shift,
      'font-size': mark.size,
      'font-weight': mark.weight === 600 ? 600 : undefined,
      'font-family': mark.family === 'mono' ? palette.mono : undefined,
      'text-anchor': mark.anchor === 'start' ? undefined : mark.anchor,
      transform: mark.rotate ? `rotate(${n(mark.rotate)} ${n(mark.x)} ${n(mark.y)})` : undefined,
      fill: mark.fill,
      ...(mark.halo ? { stroke: mark.halo, 'stroke-width': haloWidth, 'paint-order': 'stroke' } : {}),
      opacity: mark.opacity,
    },
    escape(mark.text),
  );
}

/** One path for each colour; neighbours of the same colour in a row are one run. Vector, so that papers print it sharp. */
function rasterElement({ x, y, width, height, columns, rows, levels, scale }: RasterMark): string {
  const paths = new Map<number, string>();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns;) {
      const level = levels[row * columns + column]!;
      let end = column + 1;
      while (end < columns && levels[row * columns + end] === level) end++;
      if (level > 0) {
        const run = `M${column} ${row}h${end - column}v1h-${end - column}z`;
        paths.set(level, (paths.get(level) ?? '') + run);
      }
      column = end;
    }
  }
  const cells = [...paths]
    .sort(([a], [b]) => a - b)
    .map(([level, d]) => element('path', { d, fill: colourOf(level, scale) }))
    .join('');
  const transform = `translate(${n(x)} ${n(y)}) scale(${String(width / columns)} ${String(height / rows)})`;
  return element('g', { transform, 'shape-rendering': 'crispEdges' }, cells);
}
