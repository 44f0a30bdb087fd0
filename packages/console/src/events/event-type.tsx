// The type of an event. A long one is broken after a dot or an underscore.

import { Fragment } from 'preact';
import { SafeText } from '../conversation/safe-text.tsx';

export function EventType({ type }: { type: string }) {
  return (
    <>
      {type.split(/(?<=[._])/).map((piece, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          <SafeText text={piece} />
        </Fragment>
      ))}
    </>
  );
}
