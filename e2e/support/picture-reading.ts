/**
 * A picture, read with nothing but what it shows: colours by the colour bar beside them, places by the numbers along the axes.
 * Places of letters and of colour bars are taken from the SVG of the same picture; every colour is a pixel of the canvas.
 */
import assert from 'node:assert/strict';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface SpokenCell extends Box {
  readonly text: string;
}

export interface CanvasReading {
  readonly cells: readonly SpokenCell[];
  readonly width: number;
  readonly height: number;
  /** RGBA, row by row. */
  readonly pixels: Uint8Array;
}

interface Letters {
  readonly x: number;
  /** Of the middle line. */
  readonly y: number;
  readonly text: string;
  readonly anchor: string;
  readonly fill: string;
}

/** As the SVG has it. */
interface Bar extends Box {
  readonly columns: number;
}

interface ColourBar extends Box {
  readonly low: number;
  readonly high: number;
  /** From low to high. */
  readonly colours: readonly Colour[];
}

export type Colour = readonly [number, number, number];

/** A value and how far it may be off for the width of the bar and the digits at its ends. */
export interface ReadValue {
  readonly value: number;
  readonly tolerance: number;
}

/** A place on an axis as a value, or back. */
export interface Axis {
  readonly placeOf: (value: number) => number;
}

export class PictureReading {
  readonly cells: readonly SpokenCell[];
  readonly letters: readonly Letters[];
  readonly #canvas: CanvasReading;
  readonly #bars: readonly ColourBar[];

  constructor(canvas: CanvasReading, svg: string) {
    this.#canvas = canvas;
    this.cells = canvas.cells;
    const { letters, bars } = marksOf(svg);
    this.letters = letters;
    this.#bars = bars.map((box) => this.#colourBar(box));
  }

  /** The cells whose words match. @throws when there are none */
  cellsOf(words: RegExp): { readonly cell: SpokenCell; readonly groups: readonly string[] }[] {
    const found = this.cells.flatMap((cell) => {
      const match = words.exec(cell.text);
      return match ? [{ cell, groups: match.slice(1) }] : [];
    });
    assert(found.length > 0, `no cells like ${String(words)} among ${this.cells.length}`);
    return found;
  }

  colourAt(x: number, y: number): Colour {
    const { pixels, width, height } = this.#canvas;
    assert(x >= 0 && y >= 0 && x < width && y < height, `${x}, ${y} is not in the picture`);
    const start = 4 * (Math.floor(y) * width + Math.floor(x));
    // Where nothing is painted the white page shows.
    const share = pixels[start + 3]! / 255;
    const channel = (i: number): number => Math.round(share * pixels[start + i]! + (1 - share) * 255);
    return [channel(0), channel(1), channel(2)];
  }

  middleOf({ x, y, width, height }: Box): Colour {
    return this.colourAt(x + width / 2, y + height / 2);
  }

  /** The value of a cell's colour by the bar above it. @throws when the bar has no such colour */
  valueOf(cell: Box): ReadValue {
    const bar = this.#barAbove(cell);
    const colour = this.middleOf(cell);
    let best = { distance: Infinity, t: 0 };
    const last = bar.colours.length - 1;
    for (let i = 0; i < last; i++) {
      for (let part = 0; part <= 1; part += 0.125) {
        const between = bar.colours[i]!.map((from, c) => from + part * (bar.colours[i + 1]![c]! - from));
        const distance = Math.hypot(...between.map((value, c) => value - colour[c]!));
        if (distance < best.distance) best = { distance, t: (i + part) / last };
      }
    }
    assert(best.distance < 12, `the colour ${colour.join(' ')} is none of the bar’s`);
    const span = bar.high - bar.low;
    return { value: bar.low + best.t * span, tolerance: span * (0.008 + 0.6 / Math.min(bar.width, last)) };
  }

  /** Length of the bar that begins at the left end of a cell, in its middle. */
  lyingBar(cell: Box): number {
    const y = cell.y + cell.height / 2;
    const start = Math.ceil(cell.x) + 1;
    let x = start;
    while (near(this.colourAt(x, y), this.colourAt(start, y), 24)) x++;
    return x - cell.x;
  }

  /** Whether a colour is found within a pixel of a place. */
  hasColour(colour: Colour, x: number, y: number, reach = 1): boolean {
    for (let dx = -reach; dx <= reach; dx++)
      for (let dy = -reach; dy <= reach; dy++)
        if (near(this.colourAt(x + dx, y + dy), colour, 90)) return true;
    return false;
  }

  /** The numbers at the left of a plot. */
  leftAxis(plot: Box, logarithmic = false): Axis {
    const ticks = this.letters.filter(
      ({ x, y, anchor }) =>
        anchor === 'end' && Math.abs(x - (plot.x - 7)) < 1 && within(y, plot.y, plot.height),
    );
    return axisOf(
      ticks.map(({ y, text }) => ({ at: y, text })),
      logarithmic,
    );
  }

  /** The numbers below a plot, or below what stands under it. */
  bottomAxis(plot: Box): Axis {
    const bottom = plot.y + plot.height;
    const below = this.letters.filter(
      ({ x, y, text, anchor }) =>
        anchor !== 'end' && within(x, plot.x, plot.width) && y > bottom && !Number.isNaN(numberOf(text)),
    );
    const line = Math.min(...below.map(({ y }) => y));
    return axisOf(
      below.filter(({ y }) => y < line + 6).map(({ x, text }) => ({ at: x, text })),
      false,
    );
  }

  /** The numbers at the right of a strip: the highest at its upper edge, the lowest at its lower one. */
  rightAxis(cell: Box, logarithmic = false): Axis {
    const inStrip = this.letters.filter(
      ({ x, y, text, anchor }) =>
        anchor === 'start' && x > cell.x && within(y, cell.y, cell.height) && !Number.isNaN(numberOf(text)),
    );
    const right = Math.min(...inStrip.map(({ x }) => x));
    const ticks = inStrip.filter(({ x }) => x === right).sort((a, b) => a.y - b.y);
    const ends = [ticks[0], ticks.at(-1)].map((tick, i) => ({
      at: cell.y + i * cell.height,
      text: tick?.text ?? '',
    }));
    return axisOf(ends, logarithmic);
  }

  lettersIn(box: Box): string[] {
    return this.letters
      .filter(({ x, y }) => within(x, box.x, box.width) && within(y, box.y, box.height))
      .map(({ text }) => text);
  }

  /** The colour of the letters that name a line. */
  colourOfName(name: RegExp): Colour {
    const found = this.letters.find(({ text }) => name.test(text));
    assert(found, `no letters like ${String(name)}`);
    return [1, 3, 5].map((start) => parseInt(found.fill.slice(start, start + 2), 16)) as unknown as Colour;
  }

  #barAbove(cell: Box): ColourBar {
    const above = this.#bars.filter(({ y }) => y < cell.y);
    const away = ({ x, y, width }: ColourBar): number =>
      Math.max(0, cell.x - x - width - 400, x - cell.x - cell.width - 400) +
      (cell.y - y) +
      0.5 * Math.abs(x + width / 2 - cell.x);
    assert(above.length > 0, 'no colour bar above the cell');
    return above.reduce((a, b) => (away(b) < away(a) ? b : a));
  }

  #colourBar({ columns, ...box }: Bar): ColourBar {
    const middle = box.y + box.height / 2;
    const beside = this.letters.filter(({ y }) => Math.abs(y - middle) < 2);
    const low = beside.find(({ x, anchor }) => anchor === 'end' && Math.abs(x - (box.x - 6)) < 1);
    const high = beside.find(
      ({ x, anchor }) => anchor === 'start' && Math.abs(x - (box.x + box.width + 6)) < 1,
    );
    return {
      ...box,
      low: numberOf(low?.text ?? ''),
      high: numberOf(high?.text ?? ''),
      colours: Array.from({ length: columns }, (_, i) =>
        this.colourAt(box.x + ((i + 0.5) * box.width) / columns, middle),
      ),
    };
  }
}

const within = (value: number, start: number, length: number): boolean =>
  value >= start - 4 && value <= start + length + 4;

export const near = (a: Colour, b: Colour, distance: number): boolean =>
  Math.hypot(...a.map((value, i) => value - b[i]!)) < distance;

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A number as pictures write it: "−1.2e−3", "1,234", "20k", "10⁻³", "93 %", "12 kB", "1 · fixed"; NaN for other words. */
export function numberOf(text: string): number {
  const [first = ''] = text.split(' · ');
  const power = /^10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(first);
  if (power) {
    const digits = Array.from(power[2]!, (digit) => superscripts.indexOf(digit)).join('');
    return 10 ** (Number(digits) * (power[1] ? -1 : 1));
  }
  const match = /^\+?([−\d.,e]+)( ?%| ?[kM]?B|[kM])?$/.exec(first);
  if (!match) return NaN;
  const factor = { k: 1e3, M: 1e6, '%': 0.01 }[(match[2] ?? '').trim().charAt(0)] ?? 1;
  return Number(match[1]!.replaceAll('−', '-').replaceAll(',', '')) * factor;
}

/** A line through the outermost of the numbers. */
function axisOf(
  ticks: readonly { readonly at: number; readonly text: string }[],
  logarithmic: boolean,
): Axis {
  const bend = logarithmic ? Math.log10 : (value: number): number => value;
  const known = ticks
    .map(({ at, text }) => ({ at, value: bend(numberOf(text)) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value);
  const [first, last] = [known[0], known.at(-1)];
  assert(known.length > 1, `no numbers along an axis, but ${ticks.map(({ text }) => text).join(' ')}`);
  assert(last!.value > first!.value, `an axis from ${first!.value} to ${last!.value}`);
  const slope = (last!.at - first!.at) / (last!.value - first!.value);
  return { placeOf: (value) => first!.at + (bend(value) - first!.value) * slope };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Letters, and the boxes of rasters one row of 10 pixels high, which is what colour bars are. */
function marksOf(svg: string): { readonly letters: Letters[]; readonly bars: Bar[] } {
  const letters: Letters[] = [];
  const bars: Bar[] = [];
  const groups: Place[] = [];
  const pattern = /<g([^>]*)>|<\/g>|<text ([^>]*)>([^<]*)<\/text>/g;
  for (const { 0: tag, 1: group, 2: attributes = '', 3: words = '', index } of svg.matchAll(pattern)) {
    const outer = groups.at(-1);
    if (group !== undefined) {
      const [, x = 0, y = 0] = /translate\(([\d.-]+) ([\d.-]+)\)/.exec(group) ?? [];
      // The first group is the picture, moved to make room for the title of the file.
      const place = outer ? { x: outer.x + Number(x), y: outer.y + Number(y) } : { x: 0, y: 0 };
      groups.push(place);
      const [, across] = /scale\(([\d.e-]+) 10\)/.exec(group) ?? [];
      if (!across) continue;
      const cells = svg.slice(index, svg.indexOf('</g>', index));
      const ends = [...cells.matchAll(/M(\d+) 0h(\d+)/g)].map(
        ([, start, run]) => Number(start) + Number(run),
      );
      const columns = Math.max(...ends);
      bars.push({ ...place, width: Number(across) * columns, height: 10, columns });
    } else if (tag === '</g>') groups.pop();
    else if (outer) letters.push(lettersOf(attributes, words, outer));
  }
  return { letters, bars };
}

function lettersOf(attributes: string, words: string, group: Place): Letters {
  const read = (name: string): string => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
  const anchor = read('text-anchor') || 'start';
  // Letters at the side of something are centred on it, those below it stand on their line.
  const shift = anchor === 'middle' ? 0 : 0.35 * Number(read('font-size'));
  const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };
  const text = Object.entries(entities).reduce((whole, [from, to]) => whole.replaceAll(from, to), words);
  return {
    x: group.x + Number(read('x')),
    y: group.y + Number(read('y')) - shift,
    text,
    anchor,
    fill: read('fill'),
  };
}

/** The box round several. */
export function around(boxes: readonly Box[]): Box {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const [right, bottom] = [
    Math.max(...boxes.map((box) => box.x + box.width)),
    Math.max(...boxes.map((box) => box.y + box.height)),
  ];
  return { x, y, width: right - x, height: bottom - y };
}
