/** One line of mathematics. In a chunk of its own with KaTeX and its fonts: loaded when equations are first shown. */
import { renderToString } from 'katex';
import 'katex/dist/katex.min.css';
import styles from './Formula.module.css';

/** MathML comes along for screen readers. */
export default function Formula({ tex }: { readonly tex: string }) {
  const html = renderToString(tex, { output: 'htmlAndMathml', throwOnError: false });
  return (
    <div
      className={styles['formula']}
      tabIndex={0}
      role="group"
      aria-label="Equation"
      // KaTeX escapes its input; the formulas are our own.
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}
