/** Reads golden vectors from the project's tree. For Node only. */
import { readFileSync } from 'node:fs';
import type { VectorCase } from './vectors.ts';
import { parseVectors } from './vectors.ts';

/** The vector files that hold model cases, without their ending. */
export const vectorFiles = [
  'memnet',
  'memformer-write',
  'memformer',
  'deltanet',
  'hqlt',
  'rmt',
  'armt',
  'transformer',
  'transformer-xl-bias',
  'rnn',
  'lstm',
  'gru',
] as const;

/** All cases of tests/vectors/NAME.json. */
export function readVectors(name: string): VectorCase[] {
  const path = new URL(`../../tests/vectors/${name}.json`, import.meta.url);
  return parseVectors(JSON.parse(readFileSync(path, 'utf8')));
}
