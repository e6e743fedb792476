/** Rules of ops whose element depends on other elements of the operands: products, reductions, indices, joining and padding. */
import type { Access, Code } from './code.ts';
import { realLiteral } from './code.ts';
import { productAxes } from './product.ts';
import type { ElementSite } from './rules.ts';

/** Σ term(k) for k = 0 … extent − 1. */
function total(code: Code, extent: string, term: (k: string) => string): string {
  const sum = code.fresh('s');
  code.line(`var ${sum} = 0.0;`);
  code.loop(extent, (k) => code.line(`${sum} += ${term(k)};`));
  return sum;
}

/** How many rows or columns an axis has, spelled. */
const extentOf = (code: Code, { view }: Access, axis: number): string => code.number(view.shape.at(axis)!);

export function reduction({ node, code, operands, at }: ElementSite<'sum' | 'mean'>): string {
  const [x] = operands as [Access];
  const { axes, keepAxes } = node.attributes;
  const { shape } = x.view;
  const kept = keepAxes ? [...at] : shape.map(() => '');
  if (!keepAxes) {
    let next = 0;
    for (let axis = 0; axis < shape.length; axis++) if (!axes.includes(axis)) kept[axis] = at[next++]!;
  }
  const reduced = axes.filter((axis) => shape[axis] !== 1);
  const sum = code.fresh('s');
  code.line(`var ${sum} = 0.0;`);
  const coordinates = shape.map((_, axis) => (axes.includes(axis) ? '0u' : kept[axis]!));
  const descend = (depth: number): void => {
    const axis = reduced[depth];
    if (axis === undefined) code.line(`${sum} += ${x.at(coordinates)};`);
    else {
      code.loop(code.number(shape[axis]!), (k) => {
        coordinates[axis] = k;
        descend(depth + 1);
      });
    }
  };
  descend(0);
  if (node.op === 'sum') return sum;
  const averaged = axes.reduce((count, axis) => count * shape[axis]!, 1);
  return `${sum} * ${code.real(1 / averaged)}`;
}

/** One element of a product, by one thread. Products of many rows are computed in tiles (product.ts). */
export function matmul({ node, code, operands, at }: ElementSite<'matmul'>): string {
  const [a, b] = operands as [Access, Access];
  const { left, right, depth } = productAxes(node, a.view.shape, b.view.shape);
  const [head, i, j] = [...['0u', '0u', '0u'].slice(at.length), ...at] as [string, string, string];
  const place = (axes: readonly string[]): string[] =>
    axes.map((axis) => ({ head, row: i, column: j, depth: '0u' })[axis]!);
  const aAlong = a.along(place(left), left.indexOf('depth'));
  const bAlong = b.along(place(right), right.indexOf('depth'));
  return total(code, code.number(depth), (k) => `${aAlong(k)} * ${bAlong(k)}`);
}

export function outer({ operands, at }: ElementSite<'outer'>): string {
  const [a, b] = operands as [Access, Access];
  const [i, j] = at.slice(-2) as [string, string];
  const head = at.slice(0, -2);
  return `${a.at([...head, i])} * ${b.at([...head, j])}`;
}

/** Coordinates of the query's row and of the key's row, the column left open. */
function rowsOf(query: Access, i: string, j: string): { readonly q: string[]; readonly k: string[] } {
  return { q: query.view.shape.length === 2 ? [i, '0u'] : ['0u'], k: [j, '0u'] };
}

export function squaredDistance({ code, operands, at }: ElementSite<'squaredDistance'>): string {
  const [query, keys] = operands as [Access, Access];
  const rows = rowsOf(query, at[0]!, at.at(-1)!);
  const q = query.along(rows.q, rows.q.length - 1);
  const k = keys.along(rows.k, 1);
  const sum = code.fresh('s');
  code.line(`var ${sum} = 0.0;`);
  code.loop(extentOf(code, keys, 1), (c) => {
    const difference = code.let('d', `${q(c)} - ${k(c)}`);
    code.line(`${sum} += ${difference} * ${difference};`);
  });
  return sum;
}

/** dq[i, c] = Σ_j 2 dD[i, j] (q[i, c] − k[j, c]) */
export function squaredDistanceGradientQuery(site: ElementSite<'squaredDistanceGradientQuery'>): string {
  const { code, operands, at } = site;
  const [query, keys, dDistance] = operands as [Access, Access, Access];
  const own = code.let('x', query.at(at));
  const k = keys.along(['0u', at.at(-1)!], 0);
  const d = dDistance.along([...at.slice(0, -1), '0u'], at.length - 1);
  return `2.0 * ${total(code, extentOf(code, keys, 0), (j) => `${d(j)} * (${own} - ${k(j)})`)}`;
}

/** dk[j, c] = Σ_i 2 dD[i, j] (k[j, c] − q[i, c]) */
export function squaredDistanceGradientKeys(site: ElementSite<'squaredDistanceGradientKeys'>): string {
  const { code, operands, at } = site;
  const [query, keys, dDistance] = operands as [Access, Access, Access];
  const [j, c] = at as [string, string];
  const own = code.let('x', keys.at([j, c]));
  if (query.view.shape.length === 1) return `2.0 * ${dDistance.at([j])} * (${own} - ${query.at([c])})`;
  const q = query.along(['0u', c], 0);
  const d = dDistance.along(['0u', j], 0);
  return `2.0 * ${total(code, extentOf(code, query, 0), (i) => `${d(i)} * (${own} - ${q(i)})`)}`;
}

/** Reads only inside of the chosen part. */
export function concat({ node, code, operands, at }: ElementSite<'concat'>): string {
  const { axis } = node.attributes;
  const result = code.fresh('v');
  code.line(`var ${result} = 0.0;`);
  const along = code.let('r', at[axis]!);
  let begin = '0u';
  let before = 0;
  const present = operands.filter(({ view }) => view.shape[axis] !== 0);
  present.forEach((operand, part) => {
    const inner = code.let('r', `${along} - ${begin}`);
    const coordinates = at.map((coordinate, i) => (i === axis ? inner : coordinate));
    before += operand.view.shape[axis]!;
    const end = code.number(before);
    const isLast = part === present.length - 1;
    const head = isLast ? `if (${along} >= ${begin})` : `if (${along} >= ${begin} && ${along} < ${end})`;
    code.block(head, () => code.line(`${result} = ${operand.at(coordinates)};`));
    begin = end;
  });
  return result;
}

export function pad({ node, code, operands, at }: ElementSite<'pad'>): string {
  const [x] = operands as [Access];
  const { before, after } = node.attributes;
  const tests: string[] = [];
  const coordinates = at.map((coordinate, axis) => {
    if (before[axis] === 0 && after[axis] === 0) return coordinate;
    // Before the beginning the difference wraps and is larger than any extent.
    const inner = code.let('r', `${coordinate} - ${code.number(before[axis]!)}`);
    tests.push(`${inner} < ${code.number(x.view.shape[axis]!)}`);
    return inner;
  });
  if (tests.length === 0) return x.at(coordinates);
  const result = code.fresh('v');
  code.line(`var ${result} = 0.0;`);
  code.block(`if (${tests.join(' && ')})`, () => code.line(`${result} = ${x.at(coordinates)};`));
  return result;
}

/** An index as a row number that lies in the table: out of range is an error of the caller, and no reason to read elsewhere. */
const rowNumber = (code: Code, index: string, rows: string): string =>
  code.let('r', `min(u32(max(${index}, 0.0)), ${rows} - 1u)`);

export function gather({ code, operands, at }: ElementSite<'gather'>): string {
  const [table, indices] = operands as [Access, Access];
  const row = rowNumber(code, indices.at(at.slice(0, -1)), extentOf(code, table, 0));
  return table.at([row, at.at(-1)!]);
}

export function scatterAdd({ code, operands, at }: ElementSite<'scatterAdd'>): string {
  const [indices, rows] = operands as [Access, Access];
  const [row, column] = at as [string, string];
  const own = code.let('x', `f32(${row})`);
  const sum = code.fresh('s');
  code.line(`var ${sum} = 0.0;`);
  const descend = (coordinates: readonly string[]): void => {
    if (coordinates.length === indices.view.shape.length) {
      const add = `${sum} += ${rows.at([...coordinates, column])};`;
      code.block(`if (${indices.at(coordinates)} == ${own})`, () => code.line(add));
    } else {
      code.loop(extentOf(code, indices, coordinates.length), (k) => descend([...coordinates, k]));
    }
  };
  descend([]);
  return sum;
}

export function oneHot({ operands, at }: ElementSite<'oneHot'>): string {
  const [indices] = operands as [Access];
  return `select(0.0, 1.0, ${indices.at(at.slice(0, -1))} == f32(${at.at(-1)!}))`;
}

export function push({ code, operands, at }: ElementSite<'push'>): string {
  const [buffer, newest] = operands as [Access, Access];
  const [slot, column] = at as [string, string];
  const result = code.fresh('v');
  code.line(`var ${result} = ${newest.at([column])};`);
  code.block(`if (${slot} > 0u)`, () => code.line(`${result} = ${buffer.at([`(${slot} - 1u)`, column])};`));
  return result;
}

export function unpush({ code, operands, at }: ElementSite<'unpush'>): string {
  const [dy] = operands as [Access];
  const [slot, column] = at as [string, string];
  const result = code.fresh('v');
  code.line(`var ${result} = 0.0;`);
  code.block(`if (${slot} + 1u < ${extentOf(code, dy, 0)})`, () =>
    code.line(`${result} = ${dy.at([`(${slot} + 1u)`, column])};`),
  );
  return result;
}

export function crossEntropy({ code, operands, at }: ElementSite<'crossEntropy'>): string {
  const [logits, targets] = operands as [Access, Access];
  const width = extentOf(code, logits, -1);
  const x = logits.along([...at, '0u'], at.length);
  const target = rowNumber(code, targets.at(at), width);
  const peak = code.fresh('m');
  code.line(`var ${peak} = ${realLiteral(-Infinity)};`);
  code.loop(width, (c) => code.line(`${peak} = max(${peak}, ${x(c)});`));
  const sum = total(code, width, (c) => `exp(${x(c)} - ${peak})`);
  return `${peak} + log(${sum}) - ${x(target)}`;
}
