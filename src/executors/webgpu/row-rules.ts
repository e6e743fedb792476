/** Rules of ops that need a whole row of the last axis for each element: softmax, norms, and their derivatives. */
import type { OpName } from '../../graph/ops.ts';
import type { Access } from './code.ts';
import { realLiteral } from './code.ts';
import type { RowSite } from './rules.ts';

type Column = (column: string) => string;

/** The row of an operand; operands of lower rank repeat. */
function rowOf<Op extends OpName>({ row }: RowSite<Op>, operand: Access): Column {
  const rank = operand.view.shape.length;
  const coordinates = [...row, '0u'].slice(row.length + 1 - rank);
  return operand.along(coordinates, rank - 1);
}

/** Σ term(c) over the columns. */
function total<Op extends OpName>({ code, width }: RowSite<Op>, term: Column): string {
  const sum = code.fresh('s');
  code.line(`var ${sum} = 0.0;`);
  code.loop(width, (c) => code.line(`${sum} += ${term(c)};`));
  return sum;
}

const lowest = realLiteral(-Infinity);

export function softmax(site: RowSite<'softmax'>): Column {
  const { code, width } = site;
  const [logits, mask] = site.operands.map((operand) => rowOf(site, operand)) as [Column, Column?];
  const seen = (c: string): string =>
    mask ? `select(${lowest}, ${logits(c)}, ${mask(c)} != 0.0)` : logits(c);
  const peak = code.fresh('m');
  code.line(`var ${peak} = ${lowest};`);
  code.loop(width, (c) => code.line(`${peak} = max(${peak}, ${seen(c)});`));
  const weight = (c: string): string => {
    const exponential = `exp(${logits(c)} - ${peak})`;
    return mask ? `select(0.0, ${exponential}, ${mask(c)} != 0.0)` : exponential;
  };
  const sum = total(site, weight);
  const inverse = code.let('z', `select(0.0, 1.0 / ${sum}, ${sum} > 0.0)`);
  return (c) => `${weight(c)} * ${inverse}`;
}

export function softmaxGradient(site: RowSite<'softmaxGradient'>): Column {
  const [y, dy] = site.operands.map((operand) => rowOf(site, operand)) as [Column, Column];
  const inner = total(site, (c) => `${y(c)} * ${dy(c)}`);
  return (c) => `${y(c)} * (${dy(c)} - ${inner})`;
}

/** Names of mean and 1 / √(variance + epsilon) of the first operand's row. */
function moments(
  site: RowSite<'standardize' | 'standardizeGradient'>,
  x: Column,
): { readonly mean: string; readonly inverse: string; readonly width: string } {
  const { code, node } = site;
  const width = code.let('n', `f32(${site.width})`);
  const mean = code.let('m', `${total(site, x)} / ${width}`);
  const variance = total(site, (c) => `(${x(c)} - ${mean}) * (${x(c)} - ${mean})`);
  const epsilon = code.real(node.attributes.epsilon);
  return { mean, inverse: code.let('z', `1.0 / sqrt(${variance} / ${width} + ${epsilon})`), width };
}

export function standardize(site: RowSite<'standardize'>): Column {
  const x = rowOf(site, site.operands[0]!);
  const { mean, inverse } = moments(site, x);
  return (c) => `(${x(c)} - ${mean}) * ${inverse}`;
}

export function standardizeGradient(site: RowSite<'standardizeGradient'>): Column {
  const [x, dy] = site.operands.map((operand) => rowOf(site, operand)) as [Column, Column];
  const { mean, inverse, width } = moments(site, x);
  const meanDy = site.code.let('d', `${total(site, dy)} / ${width}`);
  const normal = (c: string): string => `(${x(c)} - ${mean}) * ${inverse}`;
  const inner = site.code.let('e', `${total(site, (c) => `${dy(c)} * ${normal(c)}`)} / ${width}`);
  return (c) => `${inverse} * (${dy(c)} - ${meanDy} - ${normal(c)} * ${inner})`;
}

/** Names of 1 / √(scale · Σ x² + epsilon) and the scale; RMS norm has scale 1 / width, L2 norm 1. */
function inverseNorm(
  site: RowSite<'rmsNormalize' | 'l2Normalize' | 'rmsNormalizeGradient' | 'l2NormalizeGradient'>,
  x: Column,
  mean: boolean,
): { readonly inverse: string; readonly scale: string } {
  const scale = mean ? site.code.let('n', `1.0 / f32(${site.width})`) : '1.0';
  const squares = total(site, (c) => `${x(c)} * ${x(c)}`);
  const epsilon = site.code.real(site.node.attributes.epsilon);
  return { inverse: site.code.let('z', `1.0 / sqrt(${squares} * ${scale} + ${epsilon})`), scale };
}

export function normalize(site: RowSite<'rmsNormalize' | 'l2Normalize'>, mean: boolean): Column {
  const x = rowOf(site, site.operands[0]!);
  const { inverse } = inverseNorm(site, x, mean);
  return (c) => `${x(c)} * ${inverse}`;
}

export function normalizeGradient(
  site: RowSite<'rmsNormalizeGradient' | 'l2NormalizeGradient'>,
  mean: boolean,
): Column {
  const [x, dy] = site.operands.map((operand) => rowOf(site, operand)) as [Column, Column];
  const { inverse, scale } = inverseNorm(site, x, mean);
  const inner = total(site, (c) => `${x(c)} * ${dy(c)}`);
  const factor = site.code.let('e', `${scale} * ${inverse} * ${inverse} * ${inverse} * ${inner}`);
  return (c) => `${dy(c)} * ${inverse} - ${x(c)} * ${factor}`;
}

export function crossEntropyGradient(site: RowSite<'crossEntropyGradient'>): Column {
  const { code, width, row } = site;
  const [logitsOperand, targetOperand, lossOperand] = site.operands as [Access, Access, Access];
  const logits = rowOf(site, logitsOperand);
  const target = code.let('t', `u32(${targetOperand.at(row)})`);
  const weight = code.let('g', lossOperand.at(row));
  const peak = code.fresh('m');
  code.line(`var ${peak} = ${lowest};`);
  code.loop(width, (c) => code.line(`${peak} = max(${peak}, ${logits(c)});`));
  const sum = total(site, (c) => `exp(${logits(c)} - ${peak})`);
  return (c) => `${weight} * (exp(${logits(c)} - ${peak}) / ${sum} - select(0.0, 1.0, ${c} == ${target}))`;
}
