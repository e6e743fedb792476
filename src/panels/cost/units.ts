/** Bytes and operations with three digits and a decimal prefix: 5.18 MB, 38.2 MFLOP. */
import { format } from 'd3-format';

const prefixed = format('.3~s');

function withUnit(value: number, unit: string): string {
  const [, digits = '0', prefix = ''] = /^([\d.]+)(\D?)$/.exec(prefixed(value)) ?? [];
  return `${digits} ${prefix}${unit}`;
}

export const bytesText = (bytes: number): string => withUnit(bytes, 'B');
export const flopsText = (operations: number): string => withUnit(operations, 'FLOP');
