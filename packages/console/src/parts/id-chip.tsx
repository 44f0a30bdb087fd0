// An id as its last characters; the whole on hover, copied by click.

import { visible } from '../conversation/unseen.ts';
import { copyText } from './copy-text.ts';

const SHOWN = 6;

export function IdChip({ id }: { id: string }) {
  const whole = visible(id);
  return (
    <button
      type="button"
      class="id-chip"
      title={`${whole} (click to copy)`}
      aria-label={`Copy id ${whole}`}
      onClick={(event) => {
        event.stopPropagation();
        void copyText(id, 'Id');
      }}
    >
      {visible(id.slice(-SHOWN))}
    </button>
  );
}
