/** Where the parts of the slots instrument stand: who wrote | keys | values | read weight, one row a slot. */
import type { Box, Size } from '../common/picture.ts';

export interface SlotsLayout {
  /** Middle line of the sentence on top. */
  readonly caption: number;
  /** Middle lines of the headings and of the colour bars. */
  readonly heading: number;
  readonly legend: number;
  /** The row of the present step: query over the keys, content over the values. */
  readonly query: Box;
  readonly content: Box;
  readonly who: Box;
  readonly keys: Box;
  readonly values: Box;
  readonly weights: Box;
}

const left = 106;
const gap = 18;
const axisHeight = 38;
const top = 84;
const nowHeight = 14;

/** The height at which the rows of `slots` slots are comfortable to read. */
export function naturalHeight(slots: number): number {
  return top + nowHeight + 8 + Math.max(140, Math.min(400, slots * 15)) + axisHeight;
}

export function slotsLayout(size: Size, keySize: number, valueSize: number): SlotsLayout {
  const weightsWidth = size.width < 480 ? 56 : 112;
  const room = Math.max(40, size.width - left - 2 * gap - weightsWidth - 34);
  // Neither may become a sliver, however different the widths are.
  const share = Math.max(0.25, Math.min(0.75, keySize / (keySize + valueSize)));
  const bodyTop = top + nowHeight + 8;
  const height = Math.max(0, size.height - bodyTop - axisHeight);
  const keysWidth = room * share;
  const valuesX = left + keysWidth + gap;
  const valuesWidth = room - keysWidth;
  const body = (x: number, width: number): Box => ({ x, y: bodyTop, width, height });
  return {
    caption: 11,
    heading: 42,
    legend: 64,
    query: { x: left, y: top, width: keysWidth, height: nowHeight },
    content: { x: valuesX, y: top, width: valuesWidth, height: nowHeight },
    who: body(0, left - 6),
    keys: body(left, keysWidth),
    values: body(valuesX, valuesWidth),
    weights: body(valuesX + valuesWidth + gap, weightsWidth),
  };
}
