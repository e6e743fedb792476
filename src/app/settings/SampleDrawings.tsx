/** Samples that are pictures or series, drawn: what a row of tokens or numbers would hide. */
import type { TaskInstance } from '../../state/samples.ts';
import type { Picture, TokenSample, VectorSample } from './sample-drawing.ts';
import { curveHeight, curvesOf, questionOf, shadesOf } from './sample-drawing.ts';
import styles from './SampleRows.module.css';

interface PictureCellProps {
  readonly sample: TokenSample;
  readonly instance: TaskInstance;
  readonly picture: Picture;
}

/** The picture in its own proportions; under it what must be answered about it. */
export function PictureCell({ sample, instance, picture }: PictureCellProps) {
  const question = questionOf(sample, instance);
  const { width, height } = picture;
  return (
    <figure className={question === null ? styles['askedPicture'] : styles['picture']}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Picture of ${width} × ${height} pixels`}
        shapeRendering="crispEdges"
      >
        {shadesOf(sample, picture).map(({ ink, path }) => (
          <path key={ink} d={path} fillOpacity={ink} />
        ))}
      </svg>
      {question !== null && <figcaption className={styles['answer']}>{question}</figcaption>}
    </figure>
  );
}

/** One line for each number of a row; what must be predicted is coloured. */
export function CurveCell({ sample }: { readonly sample: VectorSample }) {
  const length = sample.mask.length;
  const asked = sample.mask.reduce((sum, counts) => sum + counts, 0);
  return (
    <svg
      className={styles['curve']}
      viewBox={`0 -1 ${length} ${curveHeight + 2}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Series of ${length} samples; ${asked} must be predicted from those before`}
    >
      {curvesOf(sample).map(({ given, asked: predicted }, i) => (
        <g key={i} opacity={1 / (1 + i / 2)}>
          <path d={given} className={styles['given']} />
          <path d={predicted} className={styles['asked']} />
        </g>
      ))}
    </svg>
  );
}
