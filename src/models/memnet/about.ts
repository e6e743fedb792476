/** What the page tells about MemNet. */
import type { About } from '../model.ts';

export const memnetAbout: About = {
  title: 'MemNet: universal recurrent event memory',
  summary:
    'A linear recurrent cell with a first-in first-out buffer of key–value events, read by Gaussian similarity.',
  authors: 'Ran Dou and José Príncipe',
  year: 2023,
  source: 'arXiv 2307.15694, IJCNN 2023',
  link: 'https://arxiv.org/abs/2307.15694',
  formulas: [
    {
      tex: 'q_t,\\,k_t,\\,v_t = x_t W_x + h_{t-1} W_h + b',
      caption: 'query, key and value are linear in the input and the last hidden state',
    },
    {
      tex: 's_i = \\exp\\!\\left(-\\frac{\\lVert q_t - K_i\\rVert^2}{2\\sigma^2}\\right)',
      caption: 'similarity of the query to each stored key: the only non-linearity',
    },
    { tex: 'c_t = \\sum_i s_i V_i', caption: 'what is read: values, weighted by similarity' },
    { tex: 'h_t = x_t W_{xs} + h_{t-1} W_{hs} + c_t W_{cs} + b_s', caption: 'next hidden state' },
    { tex: 'y_t = h_t W_{hy} + c_t W_{cy} + b_y', caption: 'output' },
  ],
  lookFor: [
    'During the answer, the bright cells of the timeline form a diagonal: each output reads the event that was written by its own symbol.',
    'Keys of neighbouring events drift apart while values stay alike for equal symbols: address and content are separate.',
    'Make σ small and the read goes dark; make it large and every slot answers at once.',
  ],
  reconstruction: [
    'The paper’s full text was not available to us; the cell is assembled from its abstract, a summary and the authors’ later forecasting code.',
    'Order of read and write, normalisation, the meaning of σ and feedback of the content differ between sources: each is a switch.',
    'The authors’ published code uses a softmax of dot products and a ReLU; its figures do not test the Gaussian read.',
  ],
};
