/** What the page tells about the hybrid and about DeltaNet. */
import type { About } from '../model.ts';

export const hybridAbout: About = {
  title: 'Hybrid quadratic-linear transformer',
  summary:
    'A short softmax window that recalls exactly, and a fast-weight matrix that goes back for ever; a gate mixes the two.',
  authors: 'Kazuki Irie, Morris Yau and Samuel Gershman',
  year: 2025,
  source: 'arXiv 2506.00744, NeurIPS 2025',
  link: 'https://arxiv.org/abs/2506.00744',
  formulas: [
    {
      tex: 'W_t = W_{t-1} + \\phi(\\kappa_t) \\otimes \\beta_t\\left(\\nu_t - \\phi(\\kappa_t) W_{t-1}\\right)',
      caption: 'delta rule: replace what the key recalls',
    },
    { tex: 'o^{\\mathrm{fw}}_t = \\phi(q_t) W_t/\\sqrt d', caption: 'read of the fast weights' },
    {
      tex: 'o^{\\mathrm{kv}}_t = \\sum_{s>t-S} \\mathrm{softmax}_s(q_t\\cdot k_s/\\sqrt d)\\, v_s',
      caption: 'read of the window',
    },
    {
      tex: 'o_t = \\gamma_t \\odot o^{\\mathrm{fw}}_t + (1-\\gamma_t) \\odot o^{\\mathrm{kv}}_t',
      caption: 'dynamic vector mixer',
    },
  ],
  lookFor: [
    'On parity: β close to 2 on ones and close to 0 on zeros, so that a direction of W flips its sign with every one.',
    'The gate: which dimensions listen to the window, which to the fast weights.',
    'Blending: with the delayed forms the newest tokens are missing from the fast weights.',
  ],
  reconstruction: [
    'The factor 1/√d on the fast-weight read is the authors’ kernel default; the paper leaves it out.',
    'In the authors’ synthetic runs the delayed-chunk form uses two different chunk lengths, so some pairs are seen by neither memory; here both use the window.',
    'β runs to 2 for the hybrid but only to 1 for the DeltaNet baseline in the published code; here both are free.',
  ],
};

export const deltanetAbout: About = {
  title: 'DeltaNet',
  summary: 'A language model whose only memory is a fast-weight matrix per head, written by the delta rule.',
  authors: 'Songlin Yang and others; Imanol Schlag, Kazuki Irie and Jürgen Schmidhuber',
  year: 2024,
  source: 'arXiv 2406.06484; arXiv 2102.11174',
  link: 'https://arxiv.org/abs/2406.06484',
  formulas: [
    {
      tex: 'W_t = (I - \\beta_t\\, \\phi_k \\phi_k^\\top) W_{t-1} + \\beta_t\\, \\phi_k \\otimes v_t',
      caption: 'the same delta rule, written as a linear recurrence with eigenvalue 1 − β',
    },
    { tex: '\\phi(a) = \\mathrm{silu}(a)/\\lVert \\mathrm{silu}(a)\\rVert', caption: 'unit-length features' },
  ],
  lookFor: [
    'The matrix filling up: singular values that grow and then saturate.',
    'β to 1 or to 2 on parity: only the second generalises.',
  ],
  reconstruction: [
    'Blocks, norms and head are those of the hybrid, so that the two differ in the memory alone.',
    'The rule “linear attention” uses elu + 1 features and a normaliser (Katharopoulos et al. 2020).',
  ],
};
