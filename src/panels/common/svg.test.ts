import { expect, test } from 'vitest';
import { levelOf, sequential } from './colour.ts';
import { lightPalette } from './palette.ts';
import type { Mark } from './picture.ts';
import { svgOf } from './svg.ts';

const draw = (...marks: Mark[]): string =>
  svgOf(
    { kind: 'picture', width: 40, height: 30, summary: 'a < b', marks, grids: [] },
    { palette: lightPalette },
  );

test('a heatmap becomes one path a colour, neighbours of a colour one run, empty cells nothing', () => {
  const scale = sequential(0, 1);
  const values = [1, 1, 0, NaN, 0, 1];
  const levels = Uint8Array.from(values, (value) => levelOf(value, scale));
  const svg = draw({ kind: 'raster', x: 1, y: 2, width: 30, height: 20, columns: 3, rows: 2, levels, scale });
  expect(svg).toContain('translate(1 2) scale(10 10)');
  expect(svg).toContain('<path d="M0 0h2v1h-2zM2 1h1v1h-1z" fill="#fde725"/>');
  expect(svg).toContain('<path d="M2 0h1v1h-1zM1 1h1v1h-1z" fill="#440154"/>');
});

test('text of a token cannot break the document', () => {
  const svg = draw({ kind: 'text', x: 0, y: 0, text: '<&">\u0001', fill: 'red', size: 10 });
  expect(svg).toContain('>&lt;&amp;&quot;&gt;\uFFFD</text>');
  expect(svg).toContain('<title>a &lt; b</title>');
});

test('groups move and cut their marks', () => {
  const box = { x: 0, y: 0, width: 5, height: 5 };
  const svg = draw({ kind: 'group', x: 3, y: 4, clip: box, marks: [{ kind: 'rect', ...box, fill: 'red' }] });
  expect(svg).toContain('<clipPath id="clip-1"><rect x="0" y="0" width="5" height="5"/></clipPath>');
  expect(svg).toContain('<g transform="translate(3 4)" clip-path="url(#clip-1)">');
});
