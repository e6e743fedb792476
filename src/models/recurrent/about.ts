/** What the page tells about the recurrent baselines. */
import type { About } from '../model.ts';

export const rnnAbout: About = {
  title: 'Elman network',
  summary:
    'The simplest recurrent network: the hidden state is all it remembers, and it is rewritten at every step.',
  authors: 'Jeffrey Elman',
  year: 1990,
  source: 'Cognitive Science 14(2)',
  link: 'https://doi.org/10.1207/s15516709cog1402_1',
  formulas: [
    {
      tex: 'h_t = f\\left(x_t W_x + b_x + h_{t-1} W_h + b_h\\right)',
      caption: 'the hidden state, f = tanh or ReLU',
    },
    { tex: 'y_t = h_t W_y + b_y', caption: 'linear readout' },
  ],
  lookFor: [
    'How soon the gradient fades: the answer at the end hardly reaches the symbols at the start.',
    'Accuracy on long copies: it stays near chance where a separate memory succeeds.',
  ],
  reconstruction: ['PyTorch’s form with two biases. The recurrent matrix starts orthogonal × 0.95.'],
};

export const lstmAbout: About = {
  title: 'Long short-term memory',
  summary: 'A cell whose content is kept, erased and read through three gates.',
  authors: 'Sepp Hochreiter and Jürgen Schmidhuber',
  year: 1997,
  source: 'Neural Computation 9(8)',
  link: 'https://doi.org/10.1162/neco.1997.9.8.1735',
  formulas: [
    {
      tex: 'i,f,o = \\sigma(\\cdot),\\quad g = \\tanh(\\cdot)',
      caption: 'gates and candidate from input and last hidden state',
    },
    { tex: 'c_t = f \\odot c_{t-1} + i \\odot g', caption: 'the cell: what is kept plus what is written' },
    { tex: 'h_t = o \\odot \\tanh c_t', caption: 'what is shown to the outside' },
  ],
  lookFor: [
    'Cells whose forget gate stays near one: they carry a symbol across the gap.',
    'Gates that switch at the delimiter.',
  ],
  reconstruction: ['PyTorch’s form with two biases, without peepholes; biases start at zero.'],
};

export const gruAbout: About = {
  title: 'Gated recurrent unit',
  summary: 'One state, two gates: how much is renewed, and how much of the past the renewal sees.',
  authors: 'Kyunghyun Cho and others',
  year: 2014,
  source: 'arXiv 1406.1078',
  link: 'https://arxiv.org/abs/1406.1078',
  formulas: [
    { tex: '\\rho, z = \\sigma(\\cdot)', caption: 'reset and update gate' },
    {
      tex: '\\tilde n = \\tanh\\left(a_n + \\rho \\odot r_n\\right)',
      caption: 'the new content; the reset gate acts on the recurrent part',
    },
    { tex: 'h_t = (1-z) \\odot \\tilde n + z \\odot h_{t-1}', caption: 'interpolation of new and old' },
  ],
  lookFor: ['Units whose update gate stays near one are the memory; the others follow the input.'],
  reconstruction: ['PyTorch’s form: the reset gate multiplies the recurrent part after its bias.'],
};
