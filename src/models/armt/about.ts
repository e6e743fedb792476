/** What the page tells about ARMT. */
import type { About } from '../model.ts';

export const armtAbout: About = {
  title: 'Associative Recurrent Memory Transformer',
  summary:
    'Every layer has an association matrix: written by memory tokens with a delta rule, read by all rows of the next segment.',
  authors: 'Ivan Rodkin, Yuri Kuratov, Aydar Bulatov and Mikhail Burtsev',
  year: 2024,
  source: 'arXiv 2407.04841',
  link: 'https://arxiv.org/abs/2407.04841',
  formulas: [
    {
      tex: 'x \\leftarrow x + \\frac{\\phi(xW_Q) A}{\\phi(xW_Q)\\cdot z + \\epsilon}',
      caption: 'read, before each layer',
    },
    {
      tex: 'A \\leftarrow A + \\sum_j \\beta_j\\, \\phi(k_j) \\otimes (v_j - \\bar v_j)',
      caption: 'write, after each layer; v̄ is what the key already recalls',
    },
    {
      tex: 'z \\leftarrow z + \\sum_j \\gamma_j\\, \\phi(k_j)',
      caption: 'normaliser; γ leaves out what is already counted',
    },
  ],
  lookFor: [
    'The association matrix under “Fast weights”: how many directions it holds after each segment.',
    'β: which memory tokens write strongly, and in which segment.',
    'γ falling towards zero when a key is written a second time.',
  ],
  reconstruction: [
    'Value projections start at zero, as in the authors’ code and not in the paper: an untrained memory is silent.',
    'The ε inside γ stands beside ‖k‖² as in the paper; the code puts it beside k · z. The difference is of order 1e-5.',
  ],
};
