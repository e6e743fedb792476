/** What the page tells about RMT. */
import type { About } from '../model.ts';

export const rmtAbout: About = {
  title: 'Recurrent Memory Transformer',
  summary:
    'Ordinary transformer blocks over [memory; segment; memory]: what the last block becomes is handed to the next segment.',
  authors: 'Aydar Bulatov, Yuri Kuratov and Mikhail Burtsev',
  year: 2022,
  source: 'arXiv 2207.06881',
  link: 'https://arxiv.org/abs/2207.06881',
  formulas: [
    {
      tex: '[\\,\\cdot\\,;Y_\\tau;M_{\\tau+1}] = \\mathrm{Transformer}\\left([M_\\tau; X_\\tau; M_\\tau]\\right)',
      caption: 'read block, segment, write block',
    },
  ],
  lookFor: [
    'Rows of the write block that look at the symbols to be kept.',
    'Answers that look at the read block.',
    'With horizon 1 the write block never learns: gradients must cross segments.',
  ],
  reconstruction: [
    'Memory tokens start from different random vectors; the published code starts them all alike, distinct only by position.',
  ],
};
