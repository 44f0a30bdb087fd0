// An id as its last characters; the whole on hover, copied by click.

import { visible } from '../conversation/unseen.ts';
import { copyText } from './copy-text.ts';

const SHOWN = 6;

export function IdChip({ id }: { id: string }) {
  const whole = visible(id);
  const end = visible(id.slice(-SHOWN));
  return (
    <button
      type="button"
      class="id-chip"
      title={`${whole} (click to copy)`}
      aria-label={`${end}: copy id ${whole}`}
      onClick={(event) => {
        event.stopPropagation();
        void copyText(id, 'Id');
      }}
    >
      {end}
    </button>
  );
}
