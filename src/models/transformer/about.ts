/** What the page tells about the transformers without a recurrent memory. */
import type { About } from '../model.ts';

export const transformerAbout: About = {
  title: 'Transformer decoder',
  summary:
    'Sees the whole sequence at once: no memory is needed, at a cost that grows with the square of the length.',
  authors: 'Ashish Vaswani and others',
  year: 2017,
  source: 'arXiv 1706.03762',
  link: 'https://arxiv.org/abs/1706.03762',
  formulas: [
    {
      tex: 'A = \\mathrm{softmax}\\left(QK^\\top/\\sqrt d\\right)',
      caption: 'attention under a causal mask',
    },
    {
      tex: 'x \\leftarrow x + A V W_o,\\quad x \\leftarrow x + \\mathrm{FFN}(x)',
      caption: 'one block, norms left out',
    },
  ],
  lookFor: [
    'A diagonal in the attention map of a copy: each answer looks at its own symbol.',
    'Lengths beyond those trained: position embeddings that were never trained fail.',
  ],
  reconstruction: ['Pre-norm blocks, learned absolute positions, untied head without bias.'],
};

export const cachedTransformerAbout: About = {
  title: 'Transformer with cached segments',
  summary:
    'Works in segments and looks back at cached rows of earlier ones; what has left the cache is gone.',
  authors: 'after Zihang Dai and others',
  year: 2019,
  source: 'arXiv 1901.02860 (Transformer-XL)',
  link: 'https://arxiv.org/abs/1901.02860',
  formulas: [
    {
      tex: 'K, V \\leftarrow [\\mathrm{sg}(\\mathrm{cache}) ; x]',
      caption: 'keys and values include cached rows; gradients stop there',
    },
    {
      tex: 'a_{ij} = q_i \\cdot k_j/\\sqrt d + b_{h,\\,i-j}',
      caption: 'a learned bias for each head and distance',
    },
  ],
  lookFor: [
    'What happens to recall when the gap exceeds the cache.',
    'The learned bias: which distances each head prefers.',
  ],
  reconstruction: [
    'A learned bias for each distance takes the place of Transformer-XL’s relative position encoding; it is not that model.',
  ],
};
