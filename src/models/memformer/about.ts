/** What the page tells about Memformer. */
import type { About } from '../model.ts';

export const memformerAbout: About = {
  title: 'Memformer: a memory-augmented transformer',
  summary:
    'Slots that every segment reads by cross-attention and rewrites by slot attention; unused slots drift back to where they began.',
  authors: 'Qingyang Wu, Zhenzhong Lan, Kun Qian, Jing Gu, Alborz Geramifard and Zhou Yu',
  year: 2022,
  source: 'arXiv 2010.06891, Findings of AACL-IJCNLP',
  link: 'https://arxiv.org/abs/2010.06891',
  formulas: [
    { tex: 'x \\leftarrow x + \\mathrm{MHA}(x; M)', caption: 'every encoder layer reads the slots' },
    {
      tex: 'a_i = \\mathrm{softmax}\\!\\left(\\frac{[q_i\\cdot k_i,\\; q_i\\cdot k_1,\\dots]}{\\sqrt d\\,\\tau}\\right)',
      caption: 'slot i attends to itself and to the tokens, never to another slot',
    },
    {
      tex: "m'_i = a_{i0}\\, u_i + \\sum_j a_{ij} v_j",
      caption: 'the write: what is kept and what is taken',
    },
    {
      tex: "m_i \\leftarrow \\frac{m'_i + b_i}{\\lVert m'_i + b_i\\rVert}",
      caption: 'biased memory normalisation: forgetting',
    },
  ],
  lookFor: [
    'Slot types: retaining (attends to itself), aggregating (spreads over tokens), rewriting (takes one token).',
    'Bias norms: a slot with a large bias forgets within a segment or two.',
    'Temperature 1: writer attention blurs and slots lose their meaning.',
  ],
  reconstruction: [
    'Norm placement, positions, the first segment (a start symbol) and the output layer are open in the paper; the choices here are ours.',
    'The self value is projected by default, as in the first version and both public codes; the final version prints the raw slot.',
    'The authors’ released code (MemBART) is another model: it writes in every layer, gates the update and has no temperature.',
    'A bias norm near 0.3 is the start here; with the norms the paper reports (1.15 to 3.2) a slot persists only by being rewritten.',
  ],
};
