/** Line icons, 16 × 16, drawn with the colour of the text. They decorate: the label is always in words as well. */
import type { ReactNode } from 'react';

const shapes = {
  train: <path d="M4.5 2.8v10.4L13 8z" fill="currentColor" stroke="none" />,
  trainBack: <path d="M11.5 2.8v10.4L3 8z" fill="currentColor" stroke="none" />,
  pause: <path d="M4 3h3v10H4zM9 3h3v10H9z" fill="currentColor" stroke="none" />,
  reset: <path d="M3 3v3.5h3.5M3.4 6.3A5.2 5.2 0 1 1 2.9 9" />,
  seed: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="2.5" />
      <path d="M5.5 5.5h.01M10.5 5.5h.01M8 8h.01M5.5 10.5h.01M10.5 10.5h.01" strokeWidth="2" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" stroke="none" />
    </>
  ),
  commands: <path d="M2.5 4h11M2.5 8h11M2.5 12h7" />,
  save: <path d="M8 2.3v8M5 7.5l3 2.9 3-2.9M2.5 10v3.5h11V10" />,
  experiments: <path d="M6 2.5h4M7 2.5v4L3 12.2a.9.9 0 0 0 .8 1.3h8.4a.9.9 0 0 0 .8-1.3L9 6.5v-4M5 10h6" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  open: <path d="M8 10.5v-8M5 5.2l3-2.9 3 2.9M2.5 10v3.5h11V10" />,
  chevron: <path d="m6 4 4 4-4 4" />,
  previous: <path d="m10 3-5 5 5 5" />,
  next: <path d="m6 3 5 5-5 5" />,
  restore: <path d="M6 3.5 2.5 7 6 10.5M3 7h6.5a3.5 3.5 0 0 1 0 7H7" />,
  slow: <path d="M2.5 12.5h3v-3h3v-3h3v-3h2" />,
  shuffle: <path d="M2 11.5h2.5l6-7H14M12 2.5l2 2-2 2M2 4.5h2.5l1.6 1.9M9 9.9l1.5 1.6H14M12 9.5l2 2-2 2" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  );
}
