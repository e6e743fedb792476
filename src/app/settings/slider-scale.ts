/**
 * Where a value stands on its slider. Sliders count in whole steps; wide ranges and logarithmic fields are spread evenly
 * over the logarithm, and what comes back is a round number.
 */
import type { IntegerField, RealField } from '../../foundation/fields.ts';

const fineSteps = 240;
/** A wider range of integers than this is logarithmic: nobody hits 1,250 of a million on a linear slider. */
const widestLinear = 600;

type NumberField = IntegerField | RealField;

function gridOf(field: NumberField): number {
  return field.kind === 'integer' ? (field.step ?? 1) : 0;
}

function isLogarithmic(field: NumberField): boolean {
  if (field.kind === 'real') return field.scale === 'log';
  return (field.maximum - field.minimum) / gridOf(field) > widestLinear;
}

/** The slider's largest position; the smallest is 0. */
export function sliderSteps(field: NumberField): number {
  return isLogarithmic(field) || field.kind === 'real'
    ? fineSteps
    : Math.floor((field.maximum - field.minimum) / gridOf(field));
}

/** Shifts the range so that a logarithm exists; a field that starts at 0 counts from 1. */
function offset(field: NumberField): number {
  return field.minimum <= 0 ? 1 - field.minimum : 0;
}

export function toSlider(field: NumberField, value: number): number {
  const steps = sliderSteps(field);
  const { minimum, maximum } = field;
  const within = Math.min(Math.max(value, minimum), maximum);
  if (!isLogarithmic(field)) return Math.round(((within - minimum) / (maximum - minimum)) * steps);
  const shift = offset(field);
  const share =
    Math.log((within + shift) / (minimum + shift)) / Math.log((maximum + shift) / (minimum + shift));
  return Math.round(share * steps);
}

export function fromSlider(field: NumberField, position: number): number {
  const steps = sliderSteps(field);
  const { minimum, maximum } = field;
  if (position <= 0) return minimum;
  if (position >= steps) return maximum;
  const share = position / steps;
  if (!isLogarithmic(field)) {
    const value = minimum + share * (maximum - minimum);
    return field.kind === 'integer' ? toGrid(field, value) : within(field, Number(value.toPrecision(3)));
  }
  const shift = offset(field);
  const value = (minimum + shift) * ((maximum + shift) / (minimum + shift)) ** share - shift;
  const round = Number(value.toPrecision(2));
  return field.kind === 'integer' ? toGrid(field, round) : within(field, round);
}

function toGrid(field: IntegerField, value: number): number {
  const grid = gridOf(field);
  const first = Math.ceil(field.minimum / grid) * grid;
  const last = Math.floor(field.maximum / grid) * grid;
  return Math.min(last, Math.max(first, Math.round(value / grid) * grid));
}

function within(field: NumberField, value: number): number {
  return Math.min(field.maximum, Math.max(field.minimum, value));
}
