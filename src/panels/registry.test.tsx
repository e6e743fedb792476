import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { RunDescription } from '../worker/protocol.ts';
import { copyRun } from '../testing/memnet-moment.ts';
import { readVectors } from '../testing/vector-files.ts';
import { vectorMoment } from '../testing/vector-moment.ts';
import { instruments } from './registry.ts';

test('every instrument has its own name', () => {
  expect(new Set(instruments.map(({ id }) => id)).size).toBe(instruments.length);
});

test.each(instruments.map((instrument) => [instrument.id, instrument] as const))(
  '“%s” shows title, reading help and saving before there is any run',
  (_, { title, component: Component }) => {
    const markup = renderToStaticMarkup(<Component />);
    expect(markup).toContain(`>${title}</h3>`);
    expect(markup).toMatch(/<details[^>]*><summary>[^<]{30,}/);
    expect(markup).toContain('Numbers as CSV');
    expect(markup).toContain(`Maximise ${title}`);
  },
);

/** Instruments that need certain taps, in any order. */
const tapDriven = [
  'attention',
  'fast-weights',
  'forgetting',
  'log',
  'reader',
  'similarity',
  'slots',
  'states',
  'writer',
];

function offeredFor(run: RunDescription): string[] {
  return instruments
    .filter((instrument) => tapDriven.includes(instrument.id) && instrument.offeredFor(run))
    .map(({ id }) => id)
    .sort();
}

test.each([
  ['lstm', ['states']],
  ['gru', ['states']],
  ['memformer', ['attention', 'forgetting', 'reader', 'states', 'writer']],
  ['hqlt', ['attention', 'fast-weights', 'states']],
  ['transformer', ['attention']],
  ['rmt', ['attention', 'states']],
  ['armt', ['attention', 'fast-weights', 'states']],
])('of the instruments that draw taps, %s is offered %j', (model, expected) => {
  expect(offeredFor(vectorMoment(readVectors(model)[0]!).run)).toEqual(expected);
});

test('MemNet is offered what looks into its slots', () => {
  expect(offeredFor(copyRun())).toEqual(['log', 'similarity', 'slots', 'states']);
});

test('timeline and curves are offered for every model', () => {
  for (const id of ['timeline', 'curves']) {
    const instrument = instruments.find((candidate) => candidate.id === id)!;
    for (const model of ['lstm', 'transformer']) {
      expect(instrument.offeredFor(vectorMoment(readVectors(model)[0]!).run)).toBe(true);
    }
  }
});
