/** Digits as pixel sequences, drawn by the page itself. */
import { checkFields } from '../../foundation/fields.ts';
import { RandomStream } from '../../foundation/random.ts';
import { drawWithSide, heldOutSentence } from '../common/splits.ts';
import type { SplitName, TaskDefinition } from '../task.ts';
import { drawDigit } from './digits.ts';
import { pixelFields, pixelInstance, quantize } from './pixel-task.ts';

export const pixels: TaskDefinition = {
  id: 'pixels',
  name: 'Drawn digits',
  summary:
    'A drawn digit goes in pixel by pixel, and the next pixel or the digit must be named: what stood above is a whole row away.',
  source: 'after Wu et al. 2022 (Memformer, pixel sequences), with digits drawn here',
  fields: pixelFields,
  instantiate(given) {
    const { size, levels, ask } = checkFields(pixelFields, given);
    const width = Number(size);
    return pixelInstance({
      size: width,
      levels,
      ask,
      splits: [
        { name: 'train', label: 'training', explanation: 'What the model is trained on.' },
        { name: 'heldOut', label: 'held out', explanation: heldOutSentence('pictures') },
        {
          name: 'distorted',
          label: 'distorted',
          explanation:
            'Digits that turn, lean, stretch and move twice as far as training ever shows: does it know digits or places?',
        },
      ],
      picture(seed: number, split: SplitName, index: number) {
        const random = new RandomStream('pixels', seed, split, index);
        const digit = random.integer(10);
        const draw = () => quantize(drawDigit(random, digit, width, split === 'distorted' ? 2 : 1), levels);
        return { pixels: drawWithSide(split, true, draw, (drawn) => drawn), digit };
      },
    });
  },
};
